import{n as e,t}from"./sign-in.js";import{E as n,F as r,I as i,M as a,P as o,S as s,T as c,b as l,f as u,l as d,o as f,r as ee,s as p,t as te,u as m,v as h,w as g,x as _,y as v}from"./toasts.js";import{t as y}from"./dialog.js";var b=i`
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
`;function x(e,t=!1){return e===`RUNNING`||e===`ready`?`good`:e===`FATAL`||e===`failed`||t?`bad`:[`STARTING`,`BACKOFF`,`STOPPING`,`installing`,`starting`].includes(e)?`warn`:``}var ne=class extends h{static properties={checks:{attribute:!1},now:{type:Number}};static styles=[_,b,i`
      li { display: flex; flex-wrap: wrap; gap: 0.1rem 1rem; align-items: baseline }
      li > p { flex: 1 0 100% }
    `];render(){let e=this.checks.filter(e=>e.healthy===!1).length;return o`
      <section class="panel" aria-labelledby="title">
        <header>
          <h2 id="title" class="grow">${c.ops.checks} <span class="badge">${this.checks.length}</span></h2>
          ${e?o`<span class="state bad">${e} ${c.ops.failing}</span>`:``}
        </header>
        ${this.checks.length?o`<ul>${n(this.checks,e=>`${e.check} ${e.service}`,e=>this.#e(e))}</ul>`:o`<p class="none">${c.ops.noChecks}</p>`}
      </section>
    `}#e(e){let t={true:c.ops.healthy,false:c.ops.failing,null:c.ops.unknown},n={true:`good`,false:`bad`,null:``}[`${e.healthy}`],r=e.found?c.ops.failed:c.ops.passed,i=e.found||e.reason;return o`
      <li>
        <span class="grow"><span class="name">${e.check}</span> <span class="soft small">${e.service} · ${e.level}</span></span>
        <span class="state ${n}">${t[`${e.healthy}`]}</span>
        <p class="why ${e.found?`bad`:``}">
          ${e.looked?c.ops.looked(r,p(d(e.looked,this.now))):c.ops.unknown}${i?`: ${i}`:``}
        </p>
      </li>
    `}};l(`nu-checks`,ne);var S=`${m}/preview`;function C({verb:e,service:t},n,r){if(e===`start`)return``;let i=n?[e===`stop`?c.ops.essentialStop:c.ops.essentialRestart]:[];return t===r&&i.push(c.ops.ownRestart),i.join(` `)}async function re(e,{verb:t,service:n}){let r={path:{name:n},body:{}};switch(t){case`start`:return await e.ask(`POST /v1/services/{name}/start`,r);case`stop`:return await e.ask(`POST /v1/services/{name}/stop`,r);case`restart`:return await e.ask(`POST /v1/services/{name}/restart`,r)}}async function ie(e,t,n){let r={client:n.clientId,user:n.userId,thread:n.threadId};t===`stop`?await e.ask(`DELETE ${S}`,{path:r}):t===`start`?await e.ask(`POST ${S}`,{path:r,body:{}}):await e.ask(`POST ${S}/restart`,{path:r,body:{}})}var ae=3600,w={about:void 0,services:new Map,events:[],checks:[],previews:[],history:{at:[],restarts:[],services:new Map},sample:void 0,turns:{at:[],turns:[]}};function oe(e,t,n){switch(t){case`about`:return{...e,about:n};case`snapshot`:{let{services:t}=n;return{...e,services:new Map(t.map(e=>[e.name,e]))}}case`changed`:{let{service:t}=n;return{...e,services:new Map(e.services).set(t.name,t)}}case`vanished`:{let t=new Map(e.services);return t.delete(n.name),{...e,services:t}}case`past`:return{...e,events:n.events};case`happened`:return{...e,events:[...e.events,n].slice(-500)};case`checks`:return{...e,checks:n.checks};case`previews`:return{...e,previews:n.previews};case`history`:return{...e,history:se(n)};case`sample`:{let t=n;return{...e,sample:t,history:ce(e.history,t)}}case`turns`:return{...e,turns:n};case`working`:{let{at:t,turns:r}=n;return{...e,turns:le(e.turns,t,r)}}default:return e}}function se(e){let{length:t}=e.at,n=(e,n)=>Array.from({length:t},(t,r)=>n[r-e]??null),r=new Map(Object.entries(e.services).map(([e,{first:t,cores:r,memory:i}])=>[e,{cores:n(t,r),memory:n(t,i)}]));return{at:e.at,restarts:e.restarts,services:r}}function ce(e,t){if(t.at<=(e.at.at(-1)??0))return e;let n={cores:e.at.map(()=>null),memory:e.at.map(()=>null)},r=new Map;for(let i of new Set([...e.services.keys(),...Object.keys(t.services)])){let a=e.services.get(i)??n,o=t.services[i],s={cores:[...a.cores,o?.cores??null].slice(-360),memory:[...a.memory,o?.memory??null].slice(-360)};s.cores.some(e=>e!==null)&&r.set(i,s)}return{at:[...e.at,t.at].slice(-360),restarts:[...e.restarts,t.restarts].slice(-360),services:r}}function le(e,t,n){let r=Math.max(0,e.at.findLastIndex(e=>e<=t-ae));return{at:[...e.at.slice(r),t],turns:[...e.turns.slice(r),n]}}function T(e,t,n){return n?[...e.services.get(n)?.[t]??e.at.map(()=>null)]:e.at.map((n,r)=>[...e.services.values()].map(e=>e[t][r]??0).reduce((e,t)=>e+t,0))}function E(e){let t=e=>e.state===`FATAL`?3:e.state===`BACKOFF`?2:e.failed||e.healthy===!1?1:0;return[...e].filter(t).sort((e,n)=>t(n)-t(e))}var ue=40,de=class extends h{static properties={events:{attribute:!1},most:{state:!0}};static styles=[_,b,i`
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
    `];constructor(){super(),this.most=ue}render(){let e=this.events.slice(-this.most).reverse(),t=this.events.length-e.length;return o`
      <section class="panel" aria-labelledby="title">
        <header><h2 id="title" class="grow">${c.ops.events} <span class="badge">${this.events.length}</span></h2></header>
        ${e.length?o`<ol role="list" tabindex="0" aria-labelledby="title">${e.map(e=>this.#e(e))}</ol>`:o`<p class="none">${c.ops.noEvents}</p>`}
        ${t>0?o`<button @click=${()=>this.most+=200}>${c.ops.older(Math.min(t,200))}</button>`:a}
      </section>
    `}#e(e){let t=e.state!==null&&e.before===e.state&&e.healthy!==null,n=e.state===null?c.ops.vanished:t?e.healthy?c.ops.healthy:c.ops.unhealthy:e.state,r=t?e.healthy?`good`:`bad`:x(e.state??``,!1),i=[e.reason,e.exitCode!==null&&e.exitCode!==0&&!e.reason.includes(String(Math.abs(e.exitCode)))?c.ops.exited(e.exitCode):``].filter(Boolean);return o`
      <li>
        <time class="soft small number" datetime=${e.at}>${f(Date.parse(e.at)/1e3,!0)}</time>
        <span class="name">${e.service}</span>
        <span class="state ${r}">${n}</span>
        ${i.length?o`<p class="why ${r===`bad`?`bad`:``}">${i.join(` · `)}</p>`:a}
      </li>
    `}};l(`nu-happenings`,de);var fe=[[/\b(?:error|fatal|critical|panic|exception|traceback)\b|^\s*\w*Error:/i,`error`],[/\bwarn(?:ing)?\b/i,`warning`],[/\b(?:debug|trace)\b/i,`debug`]],pe={critical:`error`,fatal:`error`,error:`error`,warning:`warning`,warn:`warning`,info:`info`,debug:`debug`,trace:`debug`},D=/\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b[@-_]|[\u0000-\u0008\u000a-\u001f\u007f]/g,O=[`event`,`message`,`msg`],me=new Set([...O,`level`,`timestamp`,`time`,`service`,`stream`,`pid`]);function k({id:e,at:t,stream:n,text:r}){let i=r.replaceAll(D,``),a=I(i),o=a&&L(a),s=pe[String(a?.level).toLowerCase()]??F(i);return{key:e,at:t===null?null:Date.parse(t)/1e3,stream:n,level:s,text:A(o??i)}}function A(e){return ee(e.split(`
`).map(e=>e.replaceAll(D,``)).join(`
`))}function j({lines:e,anew:t},n){return{key:`missed ${n}`,missed:e,anew:t}}function M(e,t){return[...e,...t].slice(-5e3)}function N(e,{text:t,stream:n}){let r=t.toLowerCase();return e.filter(e=>`missed`in e?!r:(!n||e.stream===n)&&e.text.toLowerCase().includes(r))}function P(e,t){if(!t)return[e];let[n,r]=[e.toLowerCase(),t.toLowerCase()];if(n.length!==e.length)return[e];let i=[],a=0;for(let t=n.indexOf(r);t>=0;t=n.indexOf(r,a))i.push(e.slice(a,t),e.slice(t,t+r.length)),a=t+r.length;return[...i,e.slice(a)]}function F(e){return fe.find(([t])=>t.test(e))?.[1]??`info`}function I(e){if(e.startsWith(`{`))try{let t=JSON.parse(e);return typeof t==`object`&&t?t:void 0}catch{return}}function L(e){let t=O.map(t=>e[t]).find(e=>typeof e==`string`);if(t===void 0)return;let n=Object.entries(e).filter(([e,t])=>!me.has(e)&&t!==``);return e.service!==void 0&&n.unshift([`service`,e.service]),[t,...n.map(([e,t])=>`${e}=${R(t)}`)].join(`  `)}function R(e){return typeof e==`string`&&!/[\s"=]/.test(e)?e:JSON.stringify(e)}var z=i`
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
`,B=1e3,he=[`stdout`,`stderr`,`log`];function ge(e,t){return e.join()!==t?.join()}l(`nu-log`,class extends h{static properties={api:{attribute:!1},service:{},names:{attribute:!1,hasChanged:ge},entries:{state:!0},held:{state:!0},wanted:{state:!0},stream:{state:!0},follows:{state:!0},wraps:{state:!0},connection:{state:!0}};static styles=[_,b,z];#e=[];#t;constructor(){super(),this.entries=[],this.held=void 0,this.wanted=this.stream=``,this.follows=!0,this.wraps=!1,this.connection={state:`connecting`}}connectedCallback(){super.connectedCallback(),this.hasUpdated&&this.#o()}disconnectedCallback(){super.disconnectedCallback(),this.#t?.()}willUpdate(e){e.has(`service`)&&this.#o()}updated(){let e=this.renderRoot.querySelector(`.lines`);e&&this.follows&&this.held===void 0&&(e.scrollTop=e.scrollHeight)}firstUpdated(){this.renderRoot.querySelector(`input`)?.focus()}render(){let e=N(this.entries,{text:this.wanted,stream:this.stream}),t=this.entries.filter(e=>`text`in e).length,r=e.filter(e=>`text`in e).length,i=this.names.includes(this.service)?this.names:[this.service,...this.names];return o`
      <section aria-label=${`${c.ops.logOf} ${this.service}`} @keydown=${this.#d}>
        <header>
          <label for="service" class="unseen">${c.ops.logOf}</label>
          <select id="service" @change=${this.#u}>
            ${i.map(e=>o`<option value=${e} ?selected=${e===this.service}>${e}</option>`)}
          </select>
          <input class="field" type="search" aria-label=${c.ops.search} placeholder=${c.ops.search}
            .value=${this.wanted} @input=${e=>this.wanted=e.target.value} />
          <label for="stream" class="unseen">${c.ops.stream}</label>
          <select id="stream" @change=${e=>this.stream=e.target.value}>
            <option value="">${c.ops.everyStream}</option>
            ${he.map(e=>o`<option value=${e}>${e}</option>`)}
          </select>
          <span class="soft small number grow" role="status">${this.#a(r,t)}</span>
          ${this.#i(c.ops.follow,this.follows,()=>this.follows=!this.follows)}
          ${this.#i(c.ops.wrap,this.wraps,()=>this.wraps=!this.wraps)}
          <button aria-pressed=${this.held!==void 0} @click=${this.#c}>
            ${this.held===void 0?c.ops.pause:c.ops.resume}</button>
          <button class="icon" aria-label=${c.ops.copy} title=${c.ops.copy}
            @click=${()=>this.#f(e)}><nu-icon name="copy"></nu-icon></button>
          <button class="quiet icon close" aria-label=${c.ops.closeLog} title=${c.ops.closeLog}
            @click=${()=>this.send(`nu-log`,{service:``})}><nu-icon name="close"></nu-icon></button>
        </header>
        <div class="lines ${this.wraps?`wraps`:``}" role="log" aria-live="off" tabindex="0"
          aria-label=${`${c.ops.logOf} ${this.service}`} @scroll=${this.#l}>
          ${e.length>B?o`<p class="soft gap">${c.ops.earlier(e.length-B)}</p>`:a}
          ${n(e.slice(-1e3),e=>e.key,e=>this.#n(e))}
          ${r?a:o`<p class="soft gap">${t?c.ops.noFound:c.ops.noLines}</p>`}
        </div>
      </section>
    `}#n(e){return`missed`in e?o`<p class="gap warn">${c.ops.missed(e.missed,e.anew)}</p>`:o`
      <p class=${e.level}>
        <time>${e.at===null?``:f(e.at,!0)}</time>
        <span class="stream ${e.stream}">${e.stream}</span>
        <span class="text">${this.#r(e)}</span>
      </p>
    `}#r({text:e}){return P(e,this.wanted).map((e,t)=>t%2?o`<mark>${e}</mark>`:e)}#i(e,t,n){return o`<button aria-pressed=${t} @click=${n}>${e}</button>`}#a(e,t){return[`lost`,`refused`].includes(this.connection.state)?y(this.connection):this.held?.length?c.ops.waiting(this.held.length):c.ops.counted(e,t)}#o(){if(this.#t?.(),this.entries=[],this.#e=[],this.held=void 0,!this.service)return;let e=this.api.address(`/v1/services/{name}/logs`,{name:this.service});this.#t=u(this.api,e,{hear:(e,t,n)=>{e===`line`&&this.#s(k(t)),e===`missed`&&this.#s(j(t,n))},state:e=>this.connection=e})}#s(e){this.#e.push(e),this.#e.length>1||requestAnimationFrame(()=>{let e=this.#e;this.#e=[],this.held===void 0?this.entries=M(this.entries,e):this.held=M(this.held,e)})}#c(){this.held===void 0?this.held=[]:(this.entries=M(this.entries,this.held),this.held=void 0)}#l(e){let{scrollHeight:t,scrollTop:n,clientHeight:r}=e.currentTarget;this.follows=t-n-r<24}#u(e){this.send(`nu-log`,{service:e.target.value})}#d(e){e.key===`Escape`&&(this.wanted?this.wanted=``:this.send(`nu-log`,{service:``}))}async#f(e){let t=e.flatMap(e=>`text`in e?[e.text]:[]);try{await navigator.clipboard.writeText(t.join(`
`)),this.tell(c.ops.copied(t.length))}catch{this.tell(c.ops.cannotCopy,`problem`)}}});var _e=i`
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
`,ve={any:[1,1.5,2,2.5,3,4,5,6,8,10],whole:[1,2,3,4,5,6,8,10],binary:[1,2,3,4,6,8,12,16,24,32,48,64,96,128,192,256,384,512,768,1024]},ye=300,be=3600;function xe(e,t){let n=e===void 0?0:t-e;return{from:t-Math.min(be,Math.max(ye,n)),to:t}}function Se(e,t=`any`){if(!(e>0))return{top:1,steps:[0,1]};let n=t===`binary`?1024:10,r=n**Math.floor(Math.log(e)/Math.log(n)),i=(ve[t].find(t=>t*r>=e)??n)*r;return{top:i,steps:t===`whole`&&i%2?[0,i]:[0,i/2,i]}}function V(e,t,n,r,i){let a=``,o=!1;for(let{at:s,value:c}of e)c===null?o=!1:(a+=`${o?`L`:`M`}${Te(s,c,t,n,r,i)}`,o=!0);return a}function Ce(e,t,n,r,i){let a=[];return e.forEach((n,r)=>{let i=e[r+1]?.at??t.to;i<=t.from||a.push({at:Math.max(n.at,t.from),value:n.value},{at:i,value:n.value})}),V(a,t,n,r,i)}function we(e,t){return e.split(`M`).filter(Boolean).map(e=>{let n=e.split(`L`),r=e=>e?.split(` `)[0]??`0`;return`M${r(n[0])} ${t}L${n.join(`L`)}L${r(n.at(-1))} ${t}Z`}).join(``)}function Te(e,t,{from:n,to:r},i,a,o){let s=(e-n)/(r-n)*a,c=o-t/i*o;return`${s.toFixed(1)} ${c.toFixed(1)}`}function H(e,t){return e.findLast(e=>e.at<=t)??e[0]}function U(e,{from:t,to:n},r,i){let a=(n-t)/r,o=Array.from({length:r},(e,n)=>({at:t+n*a,value:null}));for(let{at:n,value:s}of e){let e=o[Math.min(r-1,Math.floor((n-t)/a))];e===void 0||s===null||n<t||(e.value=i===`sum`?(e.value??0)+s:Math.max(e.value??s,s))}return o}var[W,G]=[600,120],K=12,Ee=class extends h{static properties={label:{},help:{},points:{attribute:!1},window:{attribute:!1},show:{attribute:!1},kind:{},numbers:{},at:{state:!0}};static styles=[_,b,i`
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
    `];constructor(){super(),this.points=[],this.kind=`line`,this.numbers=`any`,this.label=this.help=``,this.show=String}render(){let e=this.points.at(-1),t=this.at===void 0?void 0:H(this.points,this.at),n=t?t.value:this.kind===`sum`?this.#r:e?.value??null;return o`
      <div class="panel">
        <div class="head">
          <h3 class="grow">${this.label} <span class="soft small">${this.help}</span></h3>
          ${t?o`<span class="soft small number">${f(t.at,!0)}</span>`:a}
        </div>
        <p class="value number">${this.points.length?this.#i(n):c.ops.nothing}</p>
        ${this.points.length?this.#e():o`<p class="field soft small">${c.ops.noData}</p>`}
        <div class="ends"><span>${f(this.window.from)}</span><span>${c.ops.now}</span></div>
        <details>
          <summary>${c.ops.table}<span class="unseen">: ${this.label}</span></summary>
          ${this.#t()}
        </details>
      </div>
    `}#e(){let e=this.kind===`sum`?U(this.points,this.window,60,`sum`):[],t=this.kind===`sum`?e:this.points,{top:n,steps:i}=Se(Math.max(0,...t.map(e=>e.value??0)),this.numbers),s=this.kind===`stairs`?Ce:V,c=this.kind===`sum`?``:s(this.points,this.window,n,W,G),l=this.at===void 0?void 0:this.#a(this.at);return o`
      <div class="field" aria-hidden="true" @pointermove=${this.#s} @pointerleave=${this.#c}>
        <svg viewBox="0 0 ${W} ${G}" preserveAspectRatio="none">
          ${i.map(e=>{let t=G-e/n*G;return r`<path class="grid" d="M0 ${t}H${W}" />`})}
          ${c?r`
            <path class="area" d=${we(c,G)} />
            <path class="line" d=${c} />`:a}
          ${e.map(e=>e.value?r`<path class="bar" d=${this.#o(e.at,e.value/n)} />`:a)}
          ${l===void 0?a:r`<path class="pointer" d="M${l} 0V${G}" />`}
        </svg>
        <span class="top number">${this.show(n)}</span>
        ${i.length>2?o`<span class="half number">${this.show(n/2)}</span>`:a}
      </div>
    `}#t(){let e=this.kind===`sum`?`sum`:`most`,t=this.kind===`stairs`?this.#n():this.points,n=e===`sum`?c.ops.sum(this.label):c.ops.most(this.label);return o`
      <table>
        <thead><tr><th scope="col">${c.ops.time}</th><th scope="col">${n}</th></tr></thead>
        <tbody>
          ${U(t,this.window,K,e).map(e=>o`
            <tr><th scope="row" class="number">${f(e.at)}</th><td class="number">${this.#i(e.value)}</td></tr>
          `)}
        </tbody>
      </table>
    `}#n(){let{from:e,to:t}=this.window,n=Array.from({length:K},(n,r)=>e+(t-e)/K*r).map(e=>({at:e,value:H(this.points,e)?.value??null}));return[...this.points,...n]}get#r(){return this.points.reduce((e,{value:t})=>e+(t??0),0)}#i(e){return e===null?c.ops.nothing:this.show(e)}#a(e){return(e-this.window.from)/(this.window.to-this.window.from)*W}#o(e,t){let n=this.#a(e);return`M${n+1} ${G}V${G-t*G}H${n+W/60-1}V${G}Z`}#s(e){let{left:t,width:n}=e.currentTarget.getBoundingClientRect(),{from:r,to:i}=this.window;this.at=r+(e.clientX-t)/n*(i-r)}#c(){this.at=void 0}};l(`nu-plot`,Ee);var q=[`B`,`KB`,`MB`,`GB`,`TB`];function J(e){let[t,n]=[e,0];for(;t>=1e3&&n<q.length-1;)[t,n]=[t/1024,n+1];return`${t<10&&n>1?t.toFixed(1):Math.round(t)} ${q[n]}`}function Y(e){let t=e*100;return`${t<9.95&&t>0?t.toFixed(1):Math.round(t)} %`}var De=class extends h{static properties={ops:{attribute:!1},now:{type:Number},of:{state:!0}};static styles=[_,i`
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
    `];constructor(){super(),this.of=``}render(){let{history:e,turns:t}=this.ops,n=[...e.services.keys()].sort(),r=n.includes(this.of)?this.of:``,i=xe(e.at[0],this.now),a=t=>e.at.map((e,n)=>({at:e,value:t[n]??null})),s=t.at.map((e,n)=>({at:e,value:t.turns[n]??null}));return o`
      <div class="bar">
        <h2 class="grow">${c.ops.plots}</h2>
        <label for="of" class="soft small cut">${c.ops.plotsOf}</label>
        <select id="of" @change=${e=>this.of=e.target.value}>
          <option value="" ?selected=${!r}>${c.ops.all}</option>
          ${n.map(e=>o`<option value=${e} ?selected=${e===r}>${e}</option>`)}
        </select>
      </div>
      <div class="plots">
        <nu-plot label=${c.ops.cpu} help=${c.ops.cpuHelp} .window=${i} .show=${Y}
          .points=${a(T(e,`cores`,r))}></nu-plot>
        <nu-plot label=${c.ops.memory} help=${c.ops.memoryHelp} .window=${i} .show=${J}
          numbers="binary" .points=${a(T(e,`memory`,r))}></nu-plot>
        <nu-plot label=${c.ops.restarts} help=${c.ops.restartsHelp} .window=${i} kind="sum" numbers="whole"
          .points=${a(e.restarts)}></nu-plot>
        <nu-plot label=${c.ops.turns} help=${c.ops.turnsHelp} .window=${i} kind="stairs" numbers="whole"
          .points=${s}></nu-plot>
      </div>
    `}};l(`nu-plots`,De);var Oe=class extends h{static properties={previews:{attribute:!1},may:{type:Boolean},busy:{attribute:!1}};static styles=[_,b,i`
      li { display: flex; flex-wrap: wrap; gap: 0.4rem 1rem; align-items: center }
      .who { flex: 1 1 12rem; min-inline-size: 0 }
      .memory { min-inline-size: 4.5rem; text-align: end }
    `];render(){return o`
      <section class="panel" aria-labelledby="title">
        <header>
          <h2 id="title" class="grow">${c.ops.previews} <span class="badge">${this.previews.length}</span></h2>
          <span class="soft small number">${this.#r}</span>
        </header>
        ${this.previews.length?o`<ul>${n(this.previews,e=>e.id,e=>this.#e(e))}</ul>`:o`<p class="none">${c.ops.noPreviews}</p>`}
      </section>
    `}#e(e){let t=`${e.clientId}/${e.userId}/${e.threadId}`,n=[`asleep`,`failed`,`stopped`].includes(e.state),r=e.error?.message??e.reason;return o`
      <li aria-label=${t}>
        <div class="who">
          <span class="name">${t}</span>
          ${e.built?o`<span class="badge">${c.ops.built}</span>`:a}
          <p class="why ${e.state===`failed`||e.error?`bad`:``}">${r}</p>
        </div>
        <span class="state ${x(e.state)}">${e.state}</span>
        <span class="soft small number">${c.ops.clients(e.clients)}</span>
        <span class="number memory">${e.memory?J(e.memory):c.ops.nothing}</span>
        <div class="commands">
          ${n&&!e.built?this.#t(`start`,`play`,e):this.#t(`stop`,`stop`,e)}
          ${e.built?a:this.#t(`restart`,`reload`,e)}
          ${this.#n(`open`,`open`,e,()=>this.send(`nu-open-preview`,{preview:e}))}
          <button aria-label=${c.ops.of(c.ops.logs,t)}
            @click=${t=>this.send(`nu-log`,{service:`astro@${e.id}`,opener:t.currentTarget})}>${c.ops.logs}</button>
        </div>
      </li>
    `}#t(e,t,n){return this.#n(e,t,n,()=>this.send(`nu-command-preview`,{verb:e,preview:n}),!this.may||this.busy.has(n.id))}#n(e,t,n,r,i=!1){let a=c.ops.of(c.ops[e],`${n.clientId}/${n.userId}/${n.threadId}`);return o`
      <button class="icon" aria-label=${a} title=${a} ?disabled=${i} @click=${r}>
        <nu-icon name=${t}></nu-icon></button>
    `}get#r(){let e=this.previews.reduce((e,{memory:t})=>e+t,0);return e?J(e):``}};l(`nu-previews`,Oe);var ke=i`
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
`,[X,Z]=[60,18],Ae=90,je=class extends h{static properties={values:{attribute:!1}};static styles=i`
    :host { display: block; inline-size: 60px; block-size: 18px; flex: none; direction: ltr }
    path { fill: none; stroke: var(--accent); stroke-width: 1.25; stroke-linejoin: round }
  `;render(){let e=this.values.slice(-90),t=V(e.map((t,n)=>({at:Ae-e.length+n,value:t})),{from:0,to:89},Math.max(.1,...e.map(e=>e??0)),X,Z-2);return o`<svg width=${X} height=${Z} viewBox="0 -1 ${X} ${Z}" aria-hidden="true">
      ${r`<path d=${t} />`}
    </svg>`}};l(`nu-spark`,je);var Q=`nurseryd`,Me=class extends h{static properties={ops:{attribute:!1},now:{type:Number},may:{type:Boolean},busy:{attribute:!1},filter:{state:!0}};static styles=[_,b,ke,i`
    input.field { flex: 0 1 14rem; min-inline-size: 8rem }
    header h2 { flex: 1 0 auto }
  `];constructor(){super(),this.filter=``}render(){let e=this.filter.trim().toLowerCase(),t=[...this.ops.services.values()].filter(t=>t.name.toLowerCase().includes(e));return o`
      <section class="panel" aria-labelledby="title">
        <header>
          <h2 id="title">${c.ops.services} <span class="badge">${this.ops.services.size}</span></h2>
          <input class="field" type="search" aria-label=${c.ops.filter} placeholder=${c.ops.filter}
            .value=${this.filter} @input=${e=>this.filter=e.target.value} />
        </header>
        <div role="table" aria-labelledby="title">
          <div role="row" class="line head">
            <span role="columnheader">${c.ops.service}</span>
            <span role="columnheader">${c.ops.state}</span>
            <span role="columnheader" class="end">${c.ops.uptime}</span>
            <span role="columnheader" class="end">${c.ops.restarts}</span>
            <span role="columnheader" class="end">${c.ops.cpu}</span>
            <span role="columnheader" class="end">${c.ops.memory}</span>
            <span role="columnheader" class="end">${c.ops.actions}</span>
          </div>
          ${Q.includes(e)?this.#e():a}
          ${n(t,e=>e.name,e=>this.#t(e))}
        </div>
        ${t.length?a:o`<p class="none">${c.ops.noMatch}</p>`}
      </section>
    `}#e(){return o`
      <div role="row" class="line">
        <div role="cell" class="who">
          <span class="name">${Q}</span>
          <p class="why">${c.ops.daemon}</p>
        </div>
        <div role="cell"><span class="state good">RUNNING</span></div>
        <div role="cell" class="end number">${this.ops.about?p(d(this.ops.about.began,this.now)):``}</div>
        <div role="cell" class="end"></div>
        ${this.#r(Q)}
        <div role="cell" class="commands">${this.#o(Q)}</div>
      </div>
    `}#t(e){let t=e.healthy===!1?`warn`:x(e.state,e.failed);return o`
      <div role="row" class="line">
        <div role="cell" class="who">
          <span class="name">${e.name}</span>
          ${e.pid===null?a:o`<span class="soft small">${c.ops.pid(e.pid)}</span>`}
          ${e.essential?o`<span class="badge">${c.ops.essential}</span>`:a}
          ${this.#n(e)}
        </div>
        <div role="cell" class="how">
          <span class="state ${t}">${e.state}</span>
          ${e.healthy===null?a:o`
            <span class="why ${e.healthy?``:`bad`}">${e.healthy?c.ops.healthy:c.ops.unhealthy}</span>`}
        </div>
        <div role="cell" class="end number" title=${e.since??``}>
          ${e.since?p(d(e.since,this.now)):c.ops.nothing}
        </div>
        <div role="cell" class="end number ${e.restarts?`warn`:`soft`}">
          <span class="label">${c.ops.restarts}</span> ${e.restarts}
        </div>
        ${this.#r(e.name)}
        <div role="cell" class="commands">${this.#i(e)}${this.#o(e.name)}</div>
      </div>
    `}#n(e){let t=e.failed||e.healthy===!1||e.state===`BACKOFF`||e.state===`FATAL`,n=[e.reason,e.note,e.exitCode!==null&&e.exitCode!==0&&!e.reason?c.ops.exited(e.exitCode):``,e.nextRestart?c.ops.next(f(Date.parse(e.nextRestart)/1e3,!0)):``,e.nextStart?c.ops.next(f(Date.parse(e.nextStart)/1e3)):``].filter(Boolean);return n.length?o`<p class="why ${t?`bad`:``}">${n.join(` · `)}</p>`:a}#r(e){let t=this.ops.sample?.services[e],n=this.ops.history.services.get(e)?.cores;if(!t){let t=this.ops.services.get(e)?.kind===`task`?c.ops.inDaemon:``;return o`
        <div role="cell" class="end soft nothing" title=${t}>${c.ops.nothing}</div>
        <div role="cell" class="end soft nothing" title=${t}>${c.ops.nothing}</div>
      `}return o`
      <div role="cell" class="end number cpu">
        ${n?o`<nu-spark .values=${n}></nu-spark>`:a}
        <span><span class="label">${c.ops.cpu}</span> ${Y(t.cores)}</span>
      </div>
      <div role="cell" class="end number" title=${c.ops.processes(t.processes)}>
        <span class="label">${c.ops.memory}</span> ${J(t.memory)}
      </div>
    `}#i({name:e,state:t}){let n=[`STOPPED`,`EXITED`,`FATAL`].includes(t),r=e===this.ops.about?.own,i=!this.may||this.busy.has(e);return o`
      ${n?this.#a(`start`,`play`,e,i):this.#a(`stop`,`stop`,e,i||r||t===`STOPPING`,r?c.ops.ownStop:``)}
      ${this.#a(`restart`,`reload`,e,i)}
    `}#a(e,t,n,r,i=``){let a=c.ops.of(c.ops[e],n);return o`
      <button class="icon" aria-label=${a} title=${i||a} ?disabled=${r}
        @click=${()=>this.send(`nu-command`,{verb:e,service:n})}><nu-icon name=${t}></nu-icon></button>
    `}#o(e){return o`
      <button aria-label=${c.ops.of(c.ops.logs,e)}
        @click=${t=>this.send(`nu-log`,{service:e,opener:t.currentTarget})}>${c.ops.logs}</button>
    `}};l(`nu-services`,Me);var Ne=class extends EventTarget{api;ops=w;connection={state:`connecting`};#e;constructor(e){super(),this.api=e}begin(){this.#e??=u(this.api,this.api.address(`/v1/ops/live`),{hear:(e,t)=>{this.ops=oe(this.ops,e,t),this.#t()},state:e=>{this.connection=e,this.#t()}})}end(){this.#e?.(),this.#e=void 0}#t(){this.dispatchEvent(new Event(`change`))}},$=`operator`,Pe=1e3;l(`nu-ops`,class extends h{static properties={session:{state:!0},problem:{state:!0},why:{state:!0},now:{state:!0},log:{state:!0},asked:{state:!0},busy:{state:!0},other:{state:!0}};static styles=[te,_,b,_e];#e=new s(new URL(`/`,location.href));#t=new Ne(this.#e);#n;#r;constructor(){super(),this.session=void 0,this.problem=this.log=``,this.why=t(),this.now=Date.now()/1e3,this.asked=void 0,this.busy=new Set,this.other=!1,new v(this,()=>this.#t),this.addEventListener(`nu-log`,e=>{let{service:t,opener:n}=e.detail;this.#d(t,n)}),this.addEventListener(`nu-tell`,e=>this.#_(e.detail)),this.addEventListener(`nu-command`,e=>this.#f(e.detail)),this.addEventListener(`nu-command-preview`,e=>{let{verb:t,preview:n}=e.detail,r=`${n.clientId}/${n.userId}/${n.threadId}`;this.#h(n.id,async()=>(await ie(this.#e,t,n),`${c.ops.of(c.ops[t],r)} \u2713`))}),this.addEventListener(`nu-open-preview`,e=>{this.#g(e.detail.preview)})}connectedCallback(){super.connectedCallback(),this.#r=setInterval(()=>{document.visibilityState===`visible`&&(this.now=Date.now()/1e3)},Pe),this.#l()}disconnectedCallback(){super.disconnectedCallback(),clearInterval(this.#r),this.#t.end()}updated(){let e=E(this.#t.ops.services.values()).length;document.title=e?`(${e}) ${c.ops.title}`:c.ops.title}render(){if(this.session===void 0)return o`<p class="wait" role="status">${this.problem||c.studio.connecting}</p>`;let e=this.#c;if(this.session===null||this.other||e?.status===401){let t=e&&this.session?c.studio.signedOut:this.why;return o`<nu-sign-in .why=${t} @nu-signed-in=${this.#l}></nu-sign-in>`}return this.session.scope!==$||e?this.#s(e):this.#i(this.session)}#i({access:e}){let{ops:t}=this.#t,n=e===`full`,r=[`nurseryd`,...t.services.keys()];return o`
      <div class="all">
        ${this.#a()}
        <main>
          ${n?a:o`<p class="card warn" role="note">${c.ops.readsOnly}</p>`}
          <nu-plots .ops=${t} .now=${this.now}></nu-plots>
          <div class="wide"><nu-services .ops=${t} .now=${this.now} .may=${n} .busy=${this.busy}></nu-services></div>
          <div class="columns">
            <div class="stack">
              <nu-previews .previews=${t.previews} .may=${n} .busy=${this.busy}></nu-previews>
              <nu-checks .checks=${t.checks} .now=${this.now}></nu-checks>
            </div>
            <nu-happenings .events=${t.events}></nu-happenings>
          </div>
        </main>
      </div>
      ${this.log?o`<nu-log .api=${this.#e} .service=${this.log} .names=${r}></nu-log>`:a}
      ${this.#o()}
      <nu-toasts></nu-toasts>
    `}#a(){let{ops:e,connection:t}=this.#t,n=E(e.services.values());return o`
      <header>
        <h1>${c.ops.title}</h1>
        ${e.about?o`
          <span class="soft small cut">${c.ops.version(e.about.version)} ·
            ${c.ops.up(p(d(e.about.began,this.now)))}</span>`:a}
        <span class="grow"></span>
        <p class="state ${n.length?`bad`:`good`}" role="status">
          ${e.services.size?n.length?c.ops.ailing(n.length):c.ops.allWell(e.services.size):``}
        </p>
        <span class="connection small ${t.state===`live`?`soft`:`warn`}" role="status">${y(t)}</span>
        <nav aria-label=${c.studio.views}>
          <a href="/">${c.ops.studio}</a>
          <a href="/docs">${c.studio.apiDocs}</a>
          <button class="quiet" @click=${this.#u}>${c.studio.signOut}</button>
        </nav>
      </header>
    `}#o(){let{asked:e}=this,t=e?c.ops[e.verb]:``,n=!!(e&&this.#t.ops.services.get(e.service)?.essential);return o`
      <nu-dialog ?open=${e!==void 0} label=${e?c.ops.sure(t,e.service):``}
        @nu-close=${()=>this.asked=void 0}>
        <p>${e?C(e,n,this.#t.ops.about?.own??``):``}</p>
        <div class="row choose">
          <button @click=${()=>this.asked=void 0}>${c.ops.cancel}</button>
          <button class="danger" @click=${this.#p}>${t} ${e?.service}</button>
        </div>
      </nu-dialog>
    `}#s(e){return o`
      <div class="alone">
        <div class="card">
          <h1>${c.ops.notForYou}</h1>
          <p>${e?e.message:c.ops.scoped(this.session?.scope??``)}</p>
          <div class="row">
            <button class="primary" @click=${()=>this.other=!0}>${c.ops.otherToken}</button>
            <a href="/">${c.ops.toStudio}</a>
          </div>
        </div>
      </div>
    `}get#c(){let{connection:e}=this.#t;return e.state===`refused`?e.problem:void 0}#l=async()=>{this.#t.end(),this.#t.connection={state:`connecting`},this.session=await e(this.#e,e=>this.problem=e),this.session!==null&&(this.other=!1,this.why=``,this.session.scope===$&&this.#t.begin())};async#u(){try{await this.#e.ask(`DELETE /v1/session`,{}),this.#t.end(),this.session=null}catch(e){this.tell(g(e),`problem`)}}#d(e,t){e&&!this.log&&(this.#n=t),this.log=e,e||this.#n?.focus()}#f(e){let{ops:t}=this.#t;C(e,!!t.services.get(e.service)?.essential,t.about?.own??``)?this.asked=e:this.#m(e)}#p(){let e=this.asked;this.asked=void 0,e&&this.#m(e)}async#m(e){await this.#h(e.service,async()=>{let{service:t,warning:n}=await re(this.#e,e);return n??c.ops.done(t.name,t.state)})}async#h(e,t){this.busy=new Set(this.busy).add(e);try{this.tell(await t())}catch(e){this.tell(g(e),`problem`)}finally{this.busy=new Set([...this.busy].filter(t=>t!==e))}}async#g({clientId:e,userId:t,threadId:n,built:r,url:i}){let a=i;try{let i={client:e,user:t,thread:n},o={built:r!==null};a=(await this.#e.ask(`POST ${m}/preview/link`,{path:i,body:o})).url}catch{}window.open(a,`_blank`,`noopener`)}#_(e){this.renderRoot.querySelector(`nu-toasts`)?.show(e)}});