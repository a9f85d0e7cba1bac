import{n as e,t}from"./sign-in.js";import{D as n,O as r,T as i,_ as a,a as o,d as s,f as c,h as l,k as u,m as d,p as f,r as ee,s as p,t as te,v as m,y as h}from"./toasts.js";import{t as g}from"./dialog.js";var _=u`
  .panel {
    border: 1px solid var(--line); border-radius: calc(var(--radius) + 0.2rem);
    background: var(--card); overflow: clip;
  }
  .panel > header {
    display: flex; flex-wrap: wrap; gap: 0.5rem 0.75rem; align-items: center;
    min-block-size: 3rem; padding: 0.5rem 1rem; border-block-end: 1px solid var(--line);
  }
  .panel > .none { padding: 1rem; color: var(--soft) }
  .panel li { padding: 0.6rem 1rem; border-block-end: 1px solid var(--line) }
  .panel li:last-child { border-block-end: 0 }
  .name { font-weight: 600; overflow-wrap: anywhere }
  .number { font-variant-numeric: tabular-nums; white-space: nowrap }
  .why { color: var(--soft); font-size: 0.85em; overflow-wrap: anywhere }
  .why.bad { color: var(--bad) }
  .state {
    display: inline-flex; gap: 0.4em; align-items: center; font-size: 0.8em; font-weight: 600;
    letter-spacing: 0.02em; color: var(--soft); white-space: nowrap;
  }
  .state::before {
    content: ''; inline-size: 0.65em; block-size: 0.65em; flex: none; border-radius: 50%;
    border: 2px solid currentColor;
  }
  .state.good { color: var(--good) }
  .state.good::before { background: currentColor }
  .state.warn { color: var(--warn) }
  .state.warn::before { background: linear-gradient(90deg, currentColor 50%, transparent 50%) }
  .state.bad { color: var(--bad) }
  .state.bad::before { border-radius: 0.1em; background: currentColor }
  .commands { display: flex; gap: 0.25rem; justify-content: flex-end }
  .commands button { min-block-size: 1.9rem; padding-inline: 0.55rem }
  .commands button.icon { inline-size: 1.9rem; padding: 0 }
`;function v(e,t=!1){return e===`RUNNING`||e===`ready`?`good`:e===`FATAL`||e===`failed`||t?`bad`:[`STARTING`,`BACKOFF`,`STOPPING`,`installing`,`starting`].includes(e)?`warn`:``}var y=[`B`,`KB`,`MB`,`GB`,`TB`];function b(e){let[t,n]=[e,0];for(;t>=1e3&&n<y.length-1;)[t,n]=[t/1024,n+1];return`${t<10&&n>1?t.toFixed(1):Math.round(t)} ${y[n]}`}function x(e){let t=e*100;return`${t<9.95&&t>0?t.toFixed(1):Math.round(t)} %`}function S(e){let t=Math.max(0,Math.floor(e));return t<60?`${t} s`:t<3600?`${Math.floor(t/60)} min`:t<86400?`${Math.floor(t/3600)} h ${Math.floor(t%3600/60)} min`:`${Math.floor(t/86400)} d ${Math.floor(t%86400/3600)} h`}function C(e,t){return t-Date.parse(e)/1e3}function w(e,t=!1){return new Date(e*1e3).toLocaleTimeString([],{hour:`2-digit`,minute:`2-digit`,...t?{second:`2-digit`}:{},hour12:!1})}var ne=class extends s{static properties={checks:{attribute:!1},now:{type:Number}};static styles=[d,_,u`
      li { display: flex; flex-wrap: wrap; gap: 0.1rem 1rem; align-items: baseline }
      li > p { flex: 1 0 100% }
    `];render(){let e=this.checks.filter(e=>e.healthy===!1).length;return n`
      <section class="panel" aria-labelledby="title">
        <header>
          <h2 id="title" class="grow">${m.ops.checks} <span class="badge">${this.checks.length}</span></h2>
          ${e?n`<span class="state bad">${e} ${m.ops.failing}</span>`:``}
        </header>
        ${this.checks.length?n`<ul>${h(this.checks,e=>`${e.check} ${e.service}`,e=>this.#e(e))}</ul>`:n`<p class="none">${m.ops.noChecks}</p>`}
      </section>
    `}#e(e){let t={true:m.ops.healthy,false:m.ops.failing,null:m.ops.unknown},r={true:`good`,false:`bad`,null:``}[`${e.healthy}`],i=e.found?m.ops.failed:m.ops.passed,a=e.found||e.reason;return n`
      <li>
        <span class="grow"><span class="name">${e.check}</span> <span class="soft small">${e.service} · ${e.level}</span></span>
        <span class="state ${r}">${t[`${e.healthy}`]}</span>
        <p class="why ${e.found?`bad`:``}">
          ${e.looked?m.ops.looked(i,S(C(e.looked,this.now))):m.ops.unknown}${a?`: ${a}`:``}
        </p>
      </li>
    `}};f(`nu-checks`,ne);var T=`${o}/preview`;function E({verb:e,service:t},n,r){if(e===`start`)return``;let i=n?[e===`stop`?m.ops.essentialStop:m.ops.essentialRestart]:[];return t===r&&i.push(m.ops.ownRestart),i.join(` `)}async function re(e,{verb:t,service:n}){let r={path:{name:n},body:{}};switch(t){case`start`:return await e.ask(`POST /v1/services/{name}/start`,r);case`stop`:return await e.ask(`POST /v1/services/{name}/stop`,r);case`restart`:return await e.ask(`POST /v1/services/{name}/restart`,r)}}async function D(e,t,n){let r={client:n.clientId,user:n.userId,thread:n.threadId};t===`stop`?await e.ask(`DELETE ${T}`,{path:r}):t===`start`?await e.ask(`POST ${T}`,{path:r,body:{}}):await e.ask(`POST ${T}/restart`,{path:r,body:{}})}var O=3600,ie={about:void 0,services:new Map,events:[],checks:[],previews:[],history:{at:[],restarts:[],services:new Map},sample:void 0,turns:{at:[],turns:[]}};function ae(e,t,n){switch(t){case`about`:return{...e,about:n};case`snapshot`:{let{services:t}=n;return{...e,services:new Map(t.map(e=>[e.name,e]))}}case`changed`:{let{service:t}=n;return{...e,services:new Map(e.services).set(t.name,t)}}case`vanished`:{let t=new Map(e.services);return t.delete(n.name),{...e,services:t}}case`past`:return{...e,events:n.events};case`happened`:return{...e,events:[...e.events,n].slice(-500)};case`checks`:return{...e,checks:n.checks};case`previews`:return{...e,previews:n.previews};case`history`:return{...e,history:oe(n)};case`sample`:{let t=n;return{...e,sample:t,history:se(e.history,t)}}case`turns`:return{...e,turns:n};case`working`:{let{at:t,turns:r}=n;return{...e,turns:ce(e.turns,t,r)}}default:return e}}function oe(e){let{length:t}=e.at,n=(e,n)=>Array.from({length:t},(t,r)=>n[r-e]??null),r=new Map(Object.entries(e.services).map(([e,{first:t,cores:r,memory:i}])=>[e,{cores:n(t,r),memory:n(t,i)}]));return{at:e.at,restarts:e.restarts,services:r}}function se(e,t){if(t.at<=(e.at.at(-1)??0))return e;let n={cores:e.at.map(()=>null),memory:e.at.map(()=>null)},r=new Map;for(let i of new Set([...e.services.keys(),...Object.keys(t.services)])){let a=e.services.get(i)??n,o=t.services[i],s={cores:[...a.cores,o?.cores??null].slice(-360),memory:[...a.memory,o?.memory??null].slice(-360)};s.cores.some(e=>e!==null)&&r.set(i,s)}return{at:[...e.at,t.at].slice(-360),restarts:[...e.restarts,t.restarts].slice(-360),services:r}}function ce(e,t,n){let r=Math.max(0,e.at.findLastIndex(e=>e<=t-O));return{at:[...e.at.slice(r),t],turns:[...e.turns.slice(r),n]}}function k(e,t,n){return n?[...e.services.get(n)?.[t]??e.at.map(()=>null)]:e.at.map((n,r)=>[...e.services.values()].map(e=>e[t][r]??0).reduce((e,t)=>e+t,0))}function A(e){let t=e=>e.state===`FATAL`?3:e.state===`BACKOFF`?2:e.failed||e.healthy===!1?1:0;return[...e].filter(t).sort((e,n)=>t(n)-t(e))}var le=40,ue=class extends s{static properties={events:{attribute:!1},most:{state:!0}};static styles=[d,_,u`
      ol { max-block-size: 28rem; overflow: auto }
      li { display: grid; grid-template-columns: 4.5rem minmax(0, 1fr) auto; gap: 0 0.75rem; align-items: baseline }
      li > .why { grid-column: 2 / -1 }
      :host { container-type: inline-size }
      @container (max-width: 26rem) {
        li { grid-template-columns: minmax(0, 1fr) auto }
        li > .name, li > .why { grid-column: 1 / -1 }
        li > .name { grid-row: 2 }
      }
      button { margin: 0.5rem 1rem }
    `];constructor(){super(),this.most=le}render(){let e=this.events.slice(-this.most).reverse(),t=this.events.length-e.length;return n`
      <section class="panel" aria-labelledby="title">
        <header><h2 id="title" class="grow">${m.ops.events} <span class="badge">${this.events.length}</span></h2></header>
        ${e.length?n`<ol role="list" tabindex="0" aria-labelledby="title">${e.map(e=>this.#e(e))}</ol>`:n`<p class="none">${m.ops.noEvents}</p>`}
        ${t>0?n`<button @click=${()=>this.most+=200}>${m.ops.older(Math.min(t,200))}</button>`:i}
      </section>
    `}#e(e){let t=e.state!==null&&e.before===e.state&&e.healthy!==null,r=e.state===null?m.ops.vanished:t?e.healthy?m.ops.healthy:m.ops.unhealthy:e.state,a=t?e.healthy?`good`:`bad`:v(e.state??``,!1),o=[e.reason,e.exitCode!==null&&e.exitCode!==0&&!e.reason.includes(String(Math.abs(e.exitCode)))?m.ops.exited(e.exitCode):``].filter(Boolean);return n`
      <li>
        <time class="soft small number" datetime=${e.at}>${w(Date.parse(e.at)/1e3,!0)}</time>
        <span class="name">${e.service}</span>
        <span class="state ${a}">${r}</span>
        ${o.length?n`<p class="why ${a===`bad`?`bad`:``}">${o.join(` · `)}</p>`:i}
      </li>
    `}};f(`nu-happenings`,ue);var de=[[/\b(?:error|fatal|critical|panic|exception|traceback)\b|^\s*\w*Error:/i,`error`],[/\bwarn(?:ing)?\b/i,`warning`],[/\b(?:debug|trace)\b/i,`debug`]],fe={critical:`error`,fatal:`error`,error:`error`,warning:`warning`,warn:`warning`,info:`info`,debug:`debug`,trace:`debug`},j=/\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b[@-_]|[\u0000-\u0008\u000a-\u001f\u007f]/g,M=[`event`,`message`,`msg`],N=new Set([...M,`level`,`timestamp`,`time`,`service`,`stream`,`pid`]);function P({id:e,at:t,stream:n,text:r}){let i=r.replaceAll(j,``),a=V(i),o=a&&pe(a),s=fe[String(a?.level).toLowerCase()]??B(i);return{key:e,at:t===null?null:Date.parse(t)/1e3,stream:n,level:s,text:F(o??i)}}function F(e){return ee(e.split(`
`).map(e=>e.replaceAll(j,``)).join(`
`))}function I({lines:e,anew:t},n){return{key:`missed ${n}`,missed:e,anew:t}}function L(e,t){return[...e,...t].slice(-5e3)}function R(e,{text:t,stream:n}){let r=t.toLowerCase();return e.filter(e=>`missed`in e?!r:(!n||e.stream===n)&&e.text.toLowerCase().includes(r))}function z(e,t){if(!t)return[e];let[n,r]=[e.toLowerCase(),t.toLowerCase()];if(n.length!==e.length)return[e];let i=[],a=0;for(let t=n.indexOf(r);t>=0;t=n.indexOf(r,a))i.push(e.slice(a,t),e.slice(t,t+r.length)),a=t+r.length;return[...i,e.slice(a)]}function B(e){return de.find(([t])=>t.test(e))?.[1]??`info`}function V(e){if(e.startsWith(`{`))try{let t=JSON.parse(e);return typeof t==`object`&&t?t:void 0}catch{return}}function pe(e){let t=M.map(t=>e[t]).find(e=>typeof e==`string`);if(t===void 0)return;let n=Object.entries(e).filter(([e,t])=>!N.has(e)&&t!==``);return e.service!==void 0&&n.unshift([`service`,e.service]),[t,...n.map(([e,t])=>`${e}=${me(t)}`)].join(`  `)}function me(e){return typeof e==`string`&&!/[\s"=]/.test(e)?e:JSON.stringify(e)}var he=u`
  :host {
    flex: none; z-index: 3; container-type: inline-size; border-block-start: 1px solid var(--line); background: var(--card); box-shadow: var(--shadow);
  }
  section { display: flex; flex-direction: column; block-size: min(24rem, 50dvh) }
  header {
    display: flex; flex-wrap: wrap; gap: 0.4rem; align-items: center; padding: 0.5rem 1rem;
    border-block-end: 1px solid var(--line);
  }
  header button { min-block-size: 2rem }
  select { max-inline-size: 14rem }
  #service { font-weight: 600 }
  input.field { inline-size: 13rem }
  .lines {
    flex: 1; min-block-size: 0; overflow: auto; padding-block: 0.35rem; direction: ltr;
    font: 0.8rem/1.55 var(--mono); text-align: left;
  }
  .lines:focus-visible { outline-offset: -3px }
  .lines > p { display: flex; gap: 0.75rem; inline-size: max-content; min-inline-size: 100%;
    padding: 0 1rem; border-inline-start: 3px solid transparent }
  .wraps > p { inline-size: auto }
  time, .stream { flex: none; color: var(--soft); user-select: none }
  .stream { inline-size: 3.6em }
  .stream.stderr { color: var(--warn) }
  .text { white-space: pre }
  .wraps .text { min-inline-size: 0; white-space: pre-wrap; overflow-wrap: anywhere }
  .lines > .error { border-color: var(--bad); color: var(--bad); background: var(--removed) }
  .lines > .warning { border-color: var(--warn); color: var(--warn) }
  .lines > .debug { color: var(--soft) }
  .lines > .gap { padding-block: 0.2rem; font-family: var(--text); font-style: italic }
  mark { border-radius: 0.15em; background: var(--accent); color: var(--on-accent) }
  @container (max-width: 46rem) {
    header { padding-inline: 0.75rem }
    .stream { display: none }
    header > * { order: 4 }
    #service { order: 1; flex: 1 1 12rem; min-inline-size: 0; max-inline-size: none }
    .close { order: 2 }
    input.field { order: 3; flex: 1 1 9rem; min-inline-size: 0 }
    #stream { order: 3 }
    header button { padding-inline: 0.5rem }
    header span.grow { order: 5; flex-basis: 100% }
    .lines > p { padding-inline: 0.6rem; gap: 0.5rem }
  }
`,H=1e3,U=[`stdout`,`stderr`,`log`];function ge(e,t){return e.join()!==t?.join()}f(`nu-log`,class extends s{static properties={api:{attribute:!1},service:{},names:{attribute:!1,hasChanged:ge},entries:{state:!0},held:{state:!0},wanted:{state:!0},stream:{state:!0},follows:{state:!0},wraps:{state:!0},connection:{state:!0}};static styles=[d,_,he];#e=[];#t;constructor(){super(),this.entries=[],this.held=void 0,this.wanted=this.stream=``,this.follows=!0,this.wraps=!1,this.connection={state:`connecting`}}connectedCallback(){super.connectedCallback(),this.hasUpdated&&this.#o()}disconnectedCallback(){super.disconnectedCallback(),this.#t?.()}willUpdate(e){e.has(`service`)&&this.#o()}updated(){let e=this.renderRoot.querySelector(`.lines`);e&&this.follows&&this.held===void 0&&(e.scrollTop=e.scrollHeight)}firstUpdated(){this.renderRoot.querySelector(`input`)?.focus()}render(){let e=R(this.entries,{text:this.wanted,stream:this.stream}),t=this.entries.filter(e=>`text`in e).length,r=e.filter(e=>`text`in e).length,a=this.names.includes(this.service)?this.names:[this.service,...this.names];return n`
      <section aria-label=${`${m.ops.logOf} ${this.service}`} @keydown=${this.#d}>
        <header>
          <label for="service" class="unseen">${m.ops.logOf}</label>
          <select id="service" @change=${this.#u}>
            ${a.map(e=>n`<option value=${e} ?selected=${e===this.service}>${e}</option>`)}
          </select>
          <input class="field" type="search" aria-label=${m.ops.search} placeholder=${m.ops.search}
            .value=${this.wanted} @input=${e=>this.wanted=e.target.value} />
          <label for="stream" class="unseen">${m.ops.stream}</label>
          <select id="stream" @change=${e=>this.stream=e.target.value}>
            <option value="">${m.ops.everyStream}</option>
            ${U.map(e=>n`<option value=${e}>${e}</option>`)}
          </select>
          <span class="soft small number grow" role="status">${this.#a(r,t)}</span>
          ${this.#i(m.ops.follow,this.follows,()=>this.follows=!this.follows)}
          ${this.#i(m.ops.wrap,this.wraps,()=>this.wraps=!this.wraps)}
          <button aria-pressed=${this.held!==void 0} @click=${this.#c}>
            ${this.held===void 0?m.ops.pause:m.ops.resume}</button>
          <button class="icon" aria-label=${m.ops.copy} title=${m.ops.copy}
            @click=${()=>this.#f(e)}><nu-icon name="copy"></nu-icon></button>
          <button class="quiet icon close" aria-label=${m.ops.closeLog} title=${m.ops.closeLog}
            @click=${()=>this.send(`nu-log`,{service:``})}><nu-icon name="close"></nu-icon></button>
        </header>
        <div class="lines ${this.wraps?`wraps`:``}" role="log" aria-live="off" tabindex="0"
          aria-label=${`${m.ops.logOf} ${this.service}`} @scroll=${this.#l}>
          ${e.length>H?n`<p class="soft gap">${m.ops.earlier(e.length-H)}</p>`:i}
          ${h(e.slice(-1e3),e=>e.key,e=>this.#n(e))}
          ${r?i:n`<p class="soft gap">${t?m.ops.noFound:m.ops.noLines}</p>`}
        </div>
      </section>
    `}#n(e){return`missed`in e?n`<p class="gap warn">${m.ops.missed(e.missed,e.anew)}</p>`:n`
      <p class=${e.level}>
        <time>${e.at===null?``:w(e.at,!0)}</time>
        <span class="stream ${e.stream}">${e.stream}</span>
        <span class="text">${this.#r(e)}</span>
      </p>
    `}#r({text:e}){return z(e,this.wanted).map((e,t)=>t%2?n`<mark>${e}</mark>`:e)}#i(e,t,r){return n`<button aria-pressed=${t} @click=${r}>${e}</button>`}#a(e,t){return[`lost`,`refused`].includes(this.connection.state)?g(this.connection):this.held?.length?m.ops.waiting(this.held.length):m.ops.counted(e,t)}#o(){if(this.#t?.(),this.entries=[],this.#e=[],this.held=void 0,!this.service)return;let e=this.api.address(`/v1/services/{name}/logs`,{name:this.service});this.#t=p(this.api,e,{hear:(e,t,n)=>{e===`line`&&this.#s(P(t)),e===`missed`&&this.#s(I(t,n))},state:e=>this.connection=e})}#s(e){this.#e.push(e),this.#e.length>1||requestAnimationFrame(()=>{let e=this.#e;this.#e=[],this.held===void 0?this.entries=L(this.entries,e):this.held=L(this.held,e)})}#c(){this.held===void 0?this.held=[]:(this.entries=L(this.entries,this.held),this.held=void 0)}#l(e){let{scrollHeight:t,scrollTop:n,clientHeight:r}=e.currentTarget;this.follows=t-n-r<24}#u(e){this.send(`nu-log`,{service:e.target.value})}#d(e){e.key===`Escape`&&(this.wanted?this.wanted=``:this.send(`nu-log`,{service:``}))}async#f(e){let t=e.flatMap(e=>`text`in e?[e.text]:[]);try{await navigator.clipboard.writeText(t.join(`
`)),this.tell(m.ops.copied(t.length))}catch{this.tell(m.ops.cannotCopy,`problem`)}}});var _e=u`
  :host {
    display: flex; flex-direction: column; block-size: 100dvh; container-type: inline-size;
    background: var(--ground);
  }
  /* Scrolls by itself, so that an open log covers nothing of it. */
  .all { flex: 1; min-block-size: 0; overflow: auto; scroll-padding-block-start: 4rem }
  header {
    position: sticky; inset-block-start: 0; z-index: 2; display: flex; flex-wrap: wrap;
    gap: 0.25rem 1rem; align-items: center; padding: 0.5rem 1.25rem; background: var(--card);
    border-block-end: 1px solid var(--line);
  }
  header h1 { font-size: 1.1rem; letter-spacing: -0.01em }
  header .state { font-size: 0.85em }
  nav { display: flex; gap: 0.75rem; align-items: center }
  nav a, nav button { color: var(--ink); text-decoration: none }
  nav a:hover { text-decoration: underline }
  nav button { padding-inline: 0.4rem }
  main {
    display: grid; gap: 1.25rem; inline-size: 100%;
    max-inline-size: 88rem; margin-inline: auto; padding: 1.25rem;
    grid-template-columns: minmax(0, 1fr);
  }
  .columns { display: grid; gap: 1.25rem; grid-template-columns: minmax(0, 1fr) }
  .stack { display: grid; gap: 1.25rem; align-content: start }
  .connection { white-space: nowrap }
  .wait { margin: auto; color: var(--soft) }
  .alone { display: grid; flex: 1; place-items: center; padding: 1rem }
  .alone .card { display: grid; gap: 1rem; max-inline-size: 32rem; padding: 1.5rem }
  .alone h1 { font-size: 1.4rem }
  .choose { justify-content: flex-end; margin-block-start: 1rem }
  @container (min-width: 64rem) {
    .columns { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) }
  }
  @container (max-width: 46rem) {
    header { position: static; padding-inline: 0.75rem }
    main { padding: 0.75rem; gap: 0.9rem }
    header .grow { display: none }
    nav { flex-basis: 100% }
  }
`,ve={any:[1,1.5,2,2.5,3,4,5,6,8,10],whole:[1,2,3,4,5,6,8,10],binary:[1,2,3,4,6,8,12,16,24,32,48,64,96,128,192,256,384,512,768,1024]},ye=300,be=3600;function xe(e,t){let n=e===void 0?0:t-e;return{from:t-Math.min(be,Math.max(ye,n)),to:t}}function Se(e,t=`any`){if(!(e>0))return{top:1,steps:[0,1]};let n=t===`binary`?1024:10,r=n**Math.floor(Math.log(e)/Math.log(n)),i=(ve[t].find(t=>t*r>=e)??n)*r;return{top:i,steps:t===`whole`&&i%2?[0,i]:[0,i/2,i]}}function W(e,t,n,r,i){let a=``,o=!1;for(let{at:s,value:c}of e)c===null?o=!1:(a+=`${o?`L`:`M`}${Te(s,c,t,n,r,i)}`,o=!0);return a}function Ce(e,t,n,r,i){let a=[];return e.forEach((n,r)=>{let i=e[r+1]?.at??t.to;i<=t.from||a.push({at:Math.max(n.at,t.from),value:n.value},{at:i,value:n.value})}),W(a,t,n,r,i)}function we(e,t){return e.split(`M`).filter(Boolean).map(e=>{let n=e.split(`L`),r=e=>e?.split(` `)[0]??`0`;return`M${r(n[0])} ${t}L${n.join(`L`)}L${r(n.at(-1))} ${t}Z`}).join(``)}function Te(e,t,{from:n,to:r},i,a,o){let s=(e-n)/(r-n)*a,c=o-t/i*o;return`${s.toFixed(1)} ${c.toFixed(1)}`}function G(e,t){return e.findLast(e=>e.at<=t)??e[0]}function K(e,{from:t,to:n},r,i){let a=(n-t)/r,o=Array.from({length:r},(e,n)=>({at:t+n*a,value:null}));for(let{at:n,value:s}of e){let e=o[Math.min(r-1,Math.floor((n-t)/a))];e===void 0||s===null||n<t||(e.value=i===`sum`?(e.value??0)+s:Math.max(e.value??s,s))}return o}var[q,J]=[600,120],Y=12,Ee=class extends s{static properties={label:{},help:{},points:{attribute:!1},window:{attribute:!1},show:{attribute:!1},kind:{},numbers:{},at:{state:!0}};static styles=[d,_,u`
      :host { display: flex; container-type: inline-size }
      .panel { flex: 1; min-inline-size: 0; padding: 0.75rem 1rem 0.5rem }
      .head { display: flex; gap: 0.5rem; align-items: baseline }
      .value { font-size: 1.35rem; font-weight: 600; line-height: 1.3 }
      .field { position: relative; margin-block-start: 0.5rem; block-size: 5.5rem; direction: ltr;
        border: 0; padding: 0; background: none; border-radius: 0; touch-action: pan-y }
      svg { display: block; inline-size: 100%; block-size: 100%; overflow: visible }
      path { vector-effect: non-scaling-stroke }
      .grid { stroke: var(--line); stroke-width: 1 }
      .line { fill: none; stroke: var(--accent); stroke-width: 1.75; stroke-linejoin: round }
      .area { fill: var(--accent); opacity: 0.14 }
      .bar { fill: var(--warn) }
      .pointer { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 3 3 }
      .top, .half { position: absolute; inset-inline-start: 0; padding-inline: 0.15rem;
        background: var(--card); color: var(--soft); font-size: 0.7rem; line-height: 1 }
      .top { inset-block-start: -0.35rem }
      .half { inset-block-start: calc(50% - 0.35rem) }
      .ends { display: flex; justify-content: space-between; direction: ltr;
        color: var(--soft); font-size: 0.7rem; margin-block-start: 0.3rem }
      details { font-size: 0.8rem; color: var(--soft) }
      summary { inline-size: fit-content; cursor: pointer; border-radius: 0.2rem }
      table { inline-size: 100%; border-collapse: collapse; margin-block: 0.4rem }
      th, td { padding: 0.15rem 0; text-align: start; border-block-end: 1px solid var(--line) }
      th:last-child, td:last-child { text-align: end }
      @container (max-width: 15rem) {
        .panel { padding-inline: 0.75rem }
        .field { block-size: 4rem }
        h3 .soft, .half { display: none }
      }
      thead th { font-weight: 600 }
      tbody th { font-weight: 400 }
    `];constructor(){super(),this.points=[],this.kind=`line`,this.numbers=`any`,this.label=this.help=``,this.show=String}render(){let e=this.points.at(-1),t=this.at===void 0?void 0:G(this.points,this.at),r=t?t.value:this.kind===`sum`?this.#r:e?.value??null;return n`
      <div class="panel">
        <div class="head">
          <h3 class="grow">${this.label} <span class="soft small">${this.help}</span></h3>
          ${t?n`<span class="soft small number">${w(t.at,!0)}</span>`:i}
        </div>
        <p class="value number">${this.points.length?this.#i(r):m.ops.nothing}</p>
        ${this.points.length?this.#e():n`<p class="field soft small">${m.ops.noData}</p>`}
        <div class="ends"><span>${w(this.window.from)}</span><span>${m.ops.now}</span></div>
        <details>
          <summary>${m.ops.table}<span class="unseen">: ${this.label}</span></summary>
          ${this.#t()}
        </details>
      </div>
    `}#e(){let e=this.kind===`sum`?K(this.points,this.window,60,`sum`):[],t=this.kind===`sum`?e:this.points,{top:a,steps:o}=Se(Math.max(0,...t.map(e=>e.value??0)),this.numbers),s=this.kind===`stairs`?Ce:W,c=this.kind===`sum`?``:s(this.points,this.window,a,q,J),l=this.at===void 0?void 0:this.#a(this.at);return n`
      <div class="field" aria-hidden="true" @pointermove=${this.#s} @pointerleave=${this.#c}>
        <svg viewBox="0 0 ${q} ${J}" preserveAspectRatio="none">
          ${o.map(e=>{let t=J-e/a*J;return r`<path class="grid" d="M0 ${t}H${q}" />`})}
          ${c?r`
            <path class="area" d=${we(c,J)} />
            <path class="line" d=${c} />`:i}
          ${e.map(e=>e.value?r`<path class="bar" d=${this.#o(e.at,e.value/a)} />`:i)}
          ${l===void 0?i:r`<path class="pointer" d="M${l} 0V${J}" />`}
        </svg>
        <span class="top number">${this.show(a)}</span>
        ${o.length>2?n`<span class="half number">${this.show(a/2)}</span>`:i}
      </div>
    `}#t(){let e=this.kind===`sum`?`sum`:`most`,t=this.kind===`stairs`?this.#n():this.points,r=e===`sum`?m.ops.sum(this.label):m.ops.most(this.label);return n`
      <table>
        <thead><tr><th scope="col">${m.ops.time}</th><th scope="col">${r}</th></tr></thead>
        <tbody>
          ${K(t,this.window,Y,e).map(e=>n`
            <tr><th scope="row" class="number">${w(e.at)}</th><td class="number">${this.#i(e.value)}</td></tr>
          `)}
        </tbody>
      </table>
    `}#n(){let{from:e,to:t}=this.window,n=Array.from({length:Y},(n,r)=>e+(t-e)/Y*r).map(e=>({at:e,value:G(this.points,e)?.value??null}));return[...this.points,...n]}get#r(){return this.points.reduce((e,{value:t})=>e+(t??0),0)}#i(e){return e===null?m.ops.nothing:this.show(e)}#a(e){return(e-this.window.from)/(this.window.to-this.window.from)*q}#o(e,t){let n=this.#a(e);return`M${n+1} ${J}V${J-t*J}H${n+q/60-1}V${J}Z`}#s(e){let{left:t,width:n}=e.currentTarget.getBoundingClientRect(),{from:r,to:i}=this.window;this.at=r+(e.clientX-t)/n*(i-r)}#c(){this.at=void 0}};f(`nu-plot`,Ee);var De=class extends s{static properties={ops:{attribute:!1},now:{type:Number},of:{state:!0}};static styles=[d,u`
      .plots {
        display: grid; gap: 0.75rem;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 9.5rem), 1fr));
      }
      :host { container-type: inline-size }
      .bar { display: flex; gap: 0.75rem; align-items: center; margin-block-end: 0.6rem }
      h2 { white-space: nowrap }
      select { max-inline-size: 55% }
      @container (max-width: 26rem) {
        /* There is room for what is chosen alone; who hears the page hears the words. */
        label { position: absolute; clip-path: inset(50%) }
      }
      @container (min-width: 34rem) and (max-width: 62rem) {
        .plots { grid-template-columns: 1fr 1fr }
      }
    `];constructor(){super(),this.of=``}render(){let{history:e,turns:t}=this.ops,r=[...e.services.keys()].sort(),i=r.includes(this.of)?this.of:``,a=xe(e.at[0],this.now),o=t=>e.at.map((e,n)=>({at:e,value:t[n]??null})),s=t.at.map((e,n)=>({at:e,value:t.turns[n]??null}));return n`
      <div class="bar">
        <h2 class="grow">${m.ops.plots}</h2>
        <label for="of" class="soft small cut">${m.ops.plotsOf}</label>
        <select id="of" @change=${e=>this.of=e.target.value}>
          <option value="" ?selected=${!i}>${m.ops.all}</option>
          ${r.map(e=>n`<option value=${e} ?selected=${e===i}>${e}</option>`)}
        </select>
      </div>
      <div class="plots">
        <nu-plot label=${m.ops.cpu} help=${m.ops.cpuHelp} .window=${a} .show=${x}
          .points=${o(k(e,`cores`,i))}></nu-plot>
        <nu-plot label=${m.ops.memory} help=${m.ops.memoryHelp} .window=${a} .show=${b}
          numbers="binary" .points=${o(k(e,`memory`,i))}></nu-plot>
        <nu-plot label=${m.ops.restarts} help=${m.ops.restartsHelp} .window=${a} kind="sum" numbers="whole"
          .points=${o(e.restarts)}></nu-plot>
        <nu-plot label=${m.ops.turns} help=${m.ops.turnsHelp} .window=${a} kind="stairs" numbers="whole"
          .points=${s}></nu-plot>
      </div>
    `}};f(`nu-plots`,De);var Oe=class extends s{static properties={previews:{attribute:!1},may:{type:Boolean},busy:{attribute:!1}};static styles=[d,_,u`
      li { display: flex; flex-wrap: wrap; gap: 0.4rem 1rem; align-items: center }
      .who { flex: 1 1 12rem; min-inline-size: 0 }
      .memory { min-inline-size: 4.5rem; text-align: end }
    `];render(){return n`
      <section class="panel" aria-labelledby="title">
        <header>
          <h2 id="title" class="grow">${m.ops.previews} <span class="badge">${this.previews.length}</span></h2>
          <span class="soft small number">${this.#r}</span>
        </header>
        ${this.previews.length?n`<ul>${h(this.previews,e=>e.id,e=>this.#e(e))}</ul>`:n`<p class="none">${m.ops.noPreviews}</p>`}
      </section>
    `}#e(e){let t=`${e.clientId}/${e.userId}/${e.threadId}`,r=[`asleep`,`failed`,`stopped`].includes(e.state),a=e.error?.message??e.reason;return n`
      <li aria-label=${t}>
        <div class="who">
          <span class="name">${t}</span>
          ${e.built?n`<span class="badge">${m.ops.built}</span>`:i}
          <p class="why ${e.state===`failed`||e.error?`bad`:``}">${a}</p>
        </div>
        <span class="state ${v(e.state)}">${e.state}</span>
        <span class="soft small number">${m.ops.clients(e.clients)}</span>
        <span class="number memory">${e.memory?b(e.memory):m.ops.nothing}</span>
        <div class="commands">
          ${r&&!e.built?this.#t(`start`,`play`,e):this.#t(`stop`,`stop`,e)}
          ${e.built?i:this.#t(`restart`,`reload`,e)}
          ${this.#n(`open`,`open`,e,()=>this.send(`nu-open-preview`,{preview:e}))}
          <button aria-label=${m.ops.of(m.ops.logs,t)}
            @click=${t=>this.send(`nu-log`,{service:`astro@${e.id}`,opener:t.currentTarget})}>${m.ops.logs}</button>
        </div>
      </li>
    `}#t(e,t,n){return this.#n(e,t,n,()=>this.send(`nu-command-preview`,{verb:e,preview:n}),!this.may||this.busy.has(n.id))}#n(e,t,r,i,a=!1){let o=m.ops.of(m.ops[e],`${r.clientId}/${r.userId}/${r.threadId}`);return n`
      <button class="icon" aria-label=${o} title=${o} ?disabled=${a} @click=${i}>
        <nu-icon name=${t}></nu-icon></button>
    `}get#r(){let e=this.previews.reduce((e,{memory:t})=>e+t,0);return e?b(e):``}};f(`nu-previews`,Oe);var ke=u`
  :host { container-type: inline-size }
  .line {
    display: grid; gap: 0.25rem 1rem; align-items: center; padding: 0.5rem 1rem;
    border-block-end: 1px solid var(--line);
    grid-template-columns: minmax(9rem, 1fr) 10.5rem 5.5rem 4.5rem 9rem 5.5rem 10.5rem;
  }
  .line:last-child { border-block-end: 0 }
  .line:not(.head):hover { background: color-mix(in srgb, var(--raised) 55%, transparent) }
  .how { display: flex; flex-wrap: wrap; gap: 0 0.75rem; align-items: baseline }
  .head { padding-block: 0.35rem; color: var(--soft); font-size: 0.8em; background: var(--raised) }
  .end { text-align: end }
  .cpu { display: flex; gap: 0.5rem; align-items: center; justify-content: flex-end }
  .cpu > span { min-inline-size: 3.6rem }
  .label { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%) }
  .who .badge { margin-inline-start: 0.25rem; vertical-align: 0.1em }
  @container (max-width: 62rem) {
    .line { grid-template-columns: minmax(8rem, 1fr) 6.5rem 5rem 4rem 4rem 4.5rem 10rem; column-gap: 0.6rem }
    nu-spark { display: none }
    .cpu > span { min-inline-size: 0 }
  }
  @container (max-width: 46rem) {
    .line {
      display: flex; flex-wrap: wrap; gap: 0.3rem 1rem; padding-block: 0.75rem; font-size: 0.95em;
    }
    .line.head { display: none }
    .who { flex: 1 0 60%; min-inline-size: 0 }
    .how { flex-direction: column; align-items: flex-end }
    .end { text-align: start }
    .nothing { display: none }
    .label { position: static; inline-size: auto; block-size: auto; clip-path: none; color: var(--soft) }
    .commands { flex: 1 0 100%; justify-content: flex-start }
    .commands button.icon { inline-size: 2.75rem }
    .commands button { min-block-size: 2.25rem }
  }
`,[X,Z]=[60,18],Ae=90,je=class extends s{static properties={values:{attribute:!1}};static styles=u`
    :host { display: block; inline-size: 60px; block-size: 18px; flex: none; direction: ltr }
    path { fill: none; stroke: var(--accent); stroke-width: 1.25; stroke-linejoin: round }
  `;render(){let e=this.values.slice(-90),t=W(e.map((t,n)=>({at:Ae-e.length+n,value:t})),{from:0,to:89},Math.max(.1,...e.map(e=>e??0)),X,Z-2);return n`<svg width=${X} height=${Z} viewBox="0 -1 ${X} ${Z}" aria-hidden="true">
      ${r`<path d=${t} />`}
    </svg>`}};f(`nu-spark`,je);var Q=`nurseryd`,Me=class extends s{static properties={ops:{attribute:!1},now:{type:Number},may:{type:Boolean},busy:{attribute:!1},filter:{state:!0}};static styles=[d,_,ke,u`
    input.field { flex: 0 1 14rem; min-inline-size: 8rem }
    header h2 { flex: 1 0 auto }
  `];constructor(){super(),this.filter=``}render(){let e=this.filter.trim().toLowerCase(),t=[...this.ops.services.values()].filter(t=>t.name.toLowerCase().includes(e));return n`
      <section class="panel" aria-labelledby="title">
        <header>
          <h2 id="title">${m.ops.services} <span class="badge">${this.ops.services.size}</span></h2>
          <input class="field" type="search" aria-label=${m.ops.filter} placeholder=${m.ops.filter}
            .value=${this.filter} @input=${e=>this.filter=e.target.value} />
        </header>
        <div role="table" aria-labelledby="title">
          <div role="row" class="line head">
            <span role="columnheader">${m.ops.service}</span>
            <span role="columnheader">${m.ops.state}</span>
            <span role="columnheader" class="end">${m.ops.uptime}</span>
            <span role="columnheader" class="end">${m.ops.restarts}</span>
            <span role="columnheader" class="end">${m.ops.cpu}</span>
            <span role="columnheader" class="end">${m.ops.memory}</span>
            <span role="columnheader" class="end">${m.ops.actions}</span>
          </div>
          ${Q.includes(e)?this.#e():i}
          ${h(t,e=>e.name,e=>this.#t(e))}
        </div>
        ${t.length?i:n`<p class="none">${m.ops.noMatch}</p>`}
      </section>
    `}#e(){return n`
      <div role="row" class="line">
        <div role="cell" class="who">
          <span class="name">${Q}</span>
          <p class="why">${m.ops.daemon}</p>
        </div>
        <div role="cell"><span class="state good">RUNNING</span></div>
        <div role="cell" class="end number">${this.ops.about?S(C(this.ops.about.began,this.now)):``}</div>
        <div role="cell" class="end"></div>
        ${this.#r(Q)}
        <div role="cell" class="commands">${this.#o(Q)}</div>
      </div>
    `}#t(e){let t=e.healthy===!1?`warn`:v(e.state,e.failed);return n`
      <div role="row" class="line">
        <div role="cell" class="who">
          <span class="name">${e.name}</span>
          ${e.pid===null?i:n`<span class="soft small">${m.ops.pid(e.pid)}</span>`}
          ${e.essential?n`<span class="badge">${m.ops.essential}</span>`:i}
          ${this.#n(e)}
        </div>
        <div role="cell" class="how">
          <span class="state ${t}">${e.state}</span>
          ${e.healthy===null?i:n`
            <span class="why ${e.healthy?``:`bad`}">${e.healthy?m.ops.healthy:m.ops.unhealthy}</span>`}
        </div>
        <div role="cell" class="end number" title=${e.since??``}>
          ${e.since?S(C(e.since,this.now)):m.ops.nothing}
        </div>
        <div role="cell" class="end number ${e.restarts?`warn`:`soft`}">
          <span class="label">${m.ops.restarts}</span> ${e.restarts}
        </div>
        ${this.#r(e.name)}
        <div role="cell" class="commands">${this.#i(e)}${this.#o(e.name)}</div>
      </div>
    `}#n(e){let t=e.failed||e.healthy===!1||e.state===`BACKOFF`||e.state===`FATAL`,r=[e.reason,e.note,e.exitCode!==null&&e.exitCode!==0&&!e.reason?m.ops.exited(e.exitCode):``,e.nextRestart?m.ops.next(w(Date.parse(e.nextRestart)/1e3,!0)):``,e.nextStart?m.ops.next(w(Date.parse(e.nextStart)/1e3)):``].filter(Boolean);return r.length?n`<p class="why ${t?`bad`:``}">${r.join(` · `)}</p>`:i}#r(e){let t=this.ops.sample?.services[e],r=this.ops.history.services.get(e)?.cores;if(!t){let t=this.ops.services.get(e)?.kind===`task`?m.ops.inDaemon:``;return n`
        <div role="cell" class="end soft nothing" title=${t}>${m.ops.nothing}</div>
        <div role="cell" class="end soft nothing" title=${t}>${m.ops.nothing}</div>
      `}return n`
      <div role="cell" class="end number cpu">
        ${r?n`<nu-spark .values=${r}></nu-spark>`:i}
        <span><span class="label">${m.ops.cpu}</span> ${x(t.cores)}</span>
      </div>
      <div role="cell" class="end number" title=${m.ops.processes(t.processes)}>
        <span class="label">${m.ops.memory}</span> ${b(t.memory)}
      </div>
    `}#i({name:e,state:t}){let r=[`STOPPED`,`EXITED`,`FATAL`].includes(t),i=e===this.ops.about?.own,a=!this.may||this.busy.has(e);return n`
      ${r?this.#a(`start`,`play`,e,a):this.#a(`stop`,`stop`,e,a||i||t===`STOPPING`,i?m.ops.ownStop:``)}
      ${this.#a(`restart`,`reload`,e,a)}
    `}#a(e,t,r,i,a=``){let o=m.ops.of(m.ops[e],r);return n`
      <button class="icon" aria-label=${o} title=${a||o} ?disabled=${i}
        @click=${()=>this.send(`nu-command`,{verb:e,service:r})}><nu-icon name=${t}></nu-icon></button>
    `}#o(e){return n`
      <button aria-label=${m.ops.of(m.ops.logs,e)}
        @click=${t=>this.send(`nu-log`,{service:e,opener:t.currentTarget})}>${m.ops.logs}</button>
    `}};f(`nu-services`,Me);var Ne=class extends EventTarget{api;ops=ie;connection={state:`connecting`};#e;constructor(e){super(),this.api=e}begin(){this.#e??=p(this.api,this.api.address(`/v1/ops/live`),{hear:(e,t)=>{this.ops=ae(this.ops,e,t),this.#t()},state:e=>{this.connection=e,this.#t()}})}end(){this.#e?.(),this.#e=void 0}#t(){this.dispatchEvent(new Event(`change`))}},$=`operator`,Pe=1e3;f(`nu-ops`,class extends s{static properties={session:{state:!0},problem:{state:!0},why:{state:!0},now:{state:!0},log:{state:!0},asked:{state:!0},busy:{state:!0},other:{state:!0}};static styles=[te,d,_,_e];#e=new l(new URL(`/`,location.href));#t=new Ne(this.#e);#n;#r;constructor(){super(),this.session=void 0,this.problem=this.log=``,this.why=t(),this.now=Date.now()/1e3,this.asked=void 0,this.busy=new Set,this.other=!1,new c(this,()=>this.#t),this.addEventListener(`nu-log`,e=>{let{service:t,opener:n}=e.detail;this.#d(t,n)}),this.addEventListener(`nu-tell`,e=>this.#_(e.detail)),this.addEventListener(`nu-command`,e=>this.#f(e.detail)),this.addEventListener(`nu-command-preview`,e=>{let{verb:t,preview:n}=e.detail,r=`${n.clientId}/${n.userId}/${n.threadId}`;this.#h(n.id,async()=>(await D(this.#e,t,n),`${m.ops.of(m.ops[t],r)} \u2713`))}),this.addEventListener(`nu-open-preview`,e=>{this.#g(e.detail.preview)})}connectedCallback(){super.connectedCallback(),this.#r=setInterval(()=>{document.visibilityState===`visible`&&(this.now=Date.now()/1e3)},Pe),this.#l()}disconnectedCallback(){super.disconnectedCallback(),clearInterval(this.#r),this.#t.end()}updated(){let e=A(this.#t.ops.services.values()).length;document.title=e?`(${e}) ${m.ops.title}`:m.ops.title}render(){if(this.session===void 0)return n`<p class="wait" role="status">${this.problem||m.studio.connecting}</p>`;let e=this.#c;if(this.session===null||this.other||e?.status===401){let t=e&&this.session?m.studio.signedOut:this.why;return n`<nu-sign-in .why=${t} @nu-signed-in=${this.#l}></nu-sign-in>`}return this.session.scope!==$||e?this.#s(e):this.#i(this.session)}#i({access:e}){let{ops:t}=this.#t,r=e===`full`,a=[`nurseryd`,...t.services.keys()];return n`
      <div class="all">
        ${this.#a()}
        <main>
          ${r?i:n`<p class="card warn" role="note">${m.ops.readsOnly}</p>`}
          <nu-plots .ops=${t} .now=${this.now}></nu-plots>
          <div class="wide"><nu-services .ops=${t} .now=${this.now} .may=${r} .busy=${this.busy}></nu-services></div>
          <div class="columns">
            <div class="stack">
              <nu-previews .previews=${t.previews} .may=${r} .busy=${this.busy}></nu-previews>
              <nu-checks .checks=${t.checks} .now=${this.now}></nu-checks>
            </div>
            <nu-happenings .events=${t.events}></nu-happenings>
          </div>
        </main>
      </div>
      ${this.log?n`<nu-log .api=${this.#e} .service=${this.log} .names=${a}></nu-log>`:i}
      ${this.#o()}
      <nu-toasts></nu-toasts>
    `}#a(){let{ops:e,connection:t}=this.#t,r=A(e.services.values());return n`
      <header>
        <h1>${m.ops.title}</h1>
        ${e.about?n`
          <span class="soft small cut">${m.ops.version(e.about.version)} ·
            ${m.ops.up(S(C(e.about.began,this.now)))}</span>`:i}
        <span class="grow"></span>
        <p class="state ${r.length?`bad`:`good`}" role="status">
          ${e.services.size?r.length?m.ops.ailing(r.length):m.ops.allWell(e.services.size):``}
        </p>
        <span class="connection small ${t.state===`live`?`soft`:`warn`}" role="status">${g(t)}</span>
        <nav aria-label=${m.studio.views}>
          <a href="/">${m.ops.studio}</a>
          <a href="/docs">${m.studio.apiDocs}</a>
          <button class="quiet" @click=${this.#u}>${m.studio.signOut}</button>
        </nav>
      </header>
    `}#o(){let{asked:e}=this,t=e?m.ops[e.verb]:``,r=!!(e&&this.#t.ops.services.get(e.service)?.essential);return n`
      <nu-dialog ?open=${e!==void 0} label=${e?m.ops.sure(t,e.service):``}
        @nu-close=${()=>this.asked=void 0}>
        <p>${e?E(e,r,this.#t.ops.about?.own??``):``}</p>
        <div class="row choose">
          <button @click=${()=>this.asked=void 0}>${m.ops.cancel}</button>
          <button class="danger" @click=${this.#p}>${t} ${e?.service}</button>
        </div>
      </nu-dialog>
    `}#s(e){return n`
      <div class="alone">
        <div class="card">
          <h1>${m.ops.notForYou}</h1>
          <p>${e?e.message:m.ops.scoped(this.session?.scope??``)}</p>
          <div class="row">
            <button class="primary" @click=${()=>this.other=!0}>${m.ops.otherToken}</button>
            <a href="/">${m.ops.toStudio}</a>
          </div>
        </div>
      </div>
    `}get#c(){let{connection:e}=this.#t;return e.state===`refused`?e.problem:void 0}#l=async()=>{this.#t.end(),this.#t.connection={state:`connecting`},this.session=await e(this.#e,e=>this.problem=e),this.session!==null&&(this.other=!1,this.why=``,this.session.scope===$&&this.#t.begin())};async#u(){try{await this.#e.ask(`DELETE /v1/session`,{}),this.#t.end(),this.session=null}catch(e){this.tell(a(e),`problem`)}}#d(e,t){e&&!this.log&&(this.#n=t),this.log=e,e||this.#n?.focus()}#f(e){let{ops:t}=this.#t;E(e,!!t.services.get(e.service)?.essential,t.about?.own??``)?this.asked=e:this.#m(e)}#p(){let e=this.asked;this.asked=void 0,e&&this.#m(e)}async#m(e){await this.#h(e.service,async()=>{let{service:t,warning:n}=await re(this.#e,e);return n??m.ops.done(t.name,t.state)})}async#h(e,t){this.busy=new Set(this.busy).add(e);try{this.tell(await t())}catch(e){this.tell(a(e),`problem`)}finally{this.busy=new Set([...this.busy].filter(t=>t!==e))}}async#g({clientId:e,userId:t,threadId:n,built:r,url:i}){let a=i;try{let i={client:e,user:t,thread:n},s={built:r!==null};a=(await this.#e.ask(`POST ${o}/preview/link`,{path:i,body:s})).url}catch{}window.open(a,`_blank`,`noopener`)}#_(e){this.renderRoot.querySelector(`nu-toasts`)?.show(e)}});