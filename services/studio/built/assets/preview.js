import{A as e,C as t,D as n,E as r,I as i,M as a,N as o,O as s,P as c,T as l,_ as u,b as d,f as ee,g as te,h as ne,j as f,k as p,m as re,n as m,o as ie,r as ae,s as oe,u as h,v as g,w as _,x as v,y}from"./toasts.js";var se=p(class extends e{constructor(){super(...arguments),this.key=a}render(e,t){return this.key=e,t}update(e,[t,r]){return t!==this.key&&(n(e),this.key=t),r}});function b(){return[...crypto.getRandomValues(new Uint8Array(16))].map(e=>e.toString(16).padStart(2,`0`)).join(``)}var ce=class{#e=``;#t=``;of(e){return this.#t&&e===this.#e||(this.#t=b()),this.#e=e,this.#t}answered(e){e>0&&e<500&&(this.#t=``)}},x=`${h}/turns`;function le(e){return e.ended?e.undone?[`redo`]:e.leftover===`offered`?[`keep`,`drop`]:e.commit?[`undo`]:e.state===`committed`?e.mode===`plan`?[`carryOut`]:[]:e.leftover===`kept`?[]:[`again`]:[`cancel`]}async function S(e,t,n,r){let i={...e.path,turn:t};n===`undo`||n===`redo`?await e.api.ask(`POST ${x}/{turn}/${n}`,{path:i,body:r?{others:r}:{}}):await e.api.ask(`POST ${x}/{turn}/${n}`,{path:i,body:{}}),e.show((await e.api.ask(`GET ${x}/{turn}`,{path:i})).turn)}async function ue(e,t,n,r){let i={...e.path,turn:t,permission:n};await e.api.ask(`POST ${x}/{turn}/permissions/{permission}`,{path:i,body:{allow:r}})}async function de(e,{instruction:t},n,r){let i={instruction:t,mode:r,...n&&{selection:n}};e.show((await C(e,i,b())).turn)}function C(e,t,n){let r={"Idempotency-Key":n};return e.api.ask(`POST ${x}`,{path:e.path,body:t,headers:r})}var fe=[`image/png`,`image/jpeg`,`image/gif`,`image/webp`],pe=5242880;function me(e,t){let n=[],r=``;for(let i of e)fe.includes(i.type)?i.size>pe?r||=l.chat.tooLarge(i.name):t+n.length>=4?r||=l.chat.tooMany(4):n.push(i):r||=l.chat.noImage(i.name);return{taken:n,problem:r}}function he(e){return[...e?.files??[]]}function ge(e){return new Promise((t,n)=>{let r=new FileReader;r.onload=()=>{let n=r.result;t({mediaType:e.type,data:n.slice(n.indexOf(`,`)+1)})},r.onerror=()=>n(r.error),r.readAsDataURL(e)})}var _e=class extends g{static properties={attached:{state:!0}};static styles=[v,i`
      ul { display: flex; flex-wrap: wrap; gap: 0.5rem; padding: 0.5rem 0.5rem 0 }
      li { position: relative }
      img {
        display: block; inline-size: 4rem; block-size: 4rem; border: 1px solid var(--line);
        border-radius: var(--radius); object-fit: cover;
      }
      button {
        position: absolute; inset-block-start: -0.4rem; inset-inline-end: -0.4rem;
        min-block-size: 1.5rem; block-size: 1.5rem; border-radius: 50%; font-size: 0.75rem;
      }
      button.icon { inline-size: 1.5rem; background: var(--card) }
    `];constructor(){super(),this.attached=[]}get files(){return this.attached.map(({file:e})=>e)}add(e){let{taken:t,problem:n}=me(e,this.attached.length),r=t.map(e=>({file:e,address:URL.createObjectURL(e)}));return this.attached=[...this.attached,...r],n}takeAway(e){let t=this.attached.filter(({file:t})=>e.includes(t));for(let{address:e}of t)URL.revokeObjectURL(e);this.attached=this.attached.filter(e=>!t.includes(e))}disconnectedCallback(){super.disconnectedCallback(),this.takeAway(this.files)}render(){return this.attached.length?c`<ul>${this.attached.map(e=>c`
      <li>
        <img src=${e.address} alt=${e.file.name} />
        <button type="button" class="icon" aria-label=${l.chat.removeImage(e.file.name)}
          @click=${()=>this.#e(e.file)}><nu-icon name="close"></nu-icon></button>
      </li>
    `)}</ul>`:a}#e(e){this.takeAway([e]),this.send(`nu-write`)}};d(`nu-attachments`,_e);var ve=i`
  form {
    display: grid; gap: 0.3rem; padding: 0.6rem 0.9rem 0.7rem;
    border-block-start: 1px solid var(--line);
  }
  label { font-weight: 600; font-size: 0.85em }
  .box {
    position: relative; border: 1px solid var(--line); border-radius: calc(var(--radius) + 0.2rem);
    background: var(--card);
  }
  .box:focus-within { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent) }
  .dropping .box { border-color: var(--accent); border-style: dashed }
  textarea {
    display: block; inline-size: 100%; min-block-size: 3.9rem; max-block-size: 40dvh;
    padding: 0.6rem 0.8rem; border: 0; border-radius: inherit; background: none; resize: none;
    line-height: 1.45;
  }
  textarea:focus-visible { outline: none }
  .tools {
    display: flex; flex-wrap: wrap; gap: 0.35rem; align-items: center; padding: 0 0.4rem 0.4rem;
  }
  .tools select {
    padding-inline: 0.3rem; border-color: transparent; background: none; color: var(--soft);
  }
  .tools select:hover { background: var(--raised) }
  .ends { display: flex; gap: 0.35rem; margin-inline-start: auto }
  .chip {
    display: flex; gap: 0.4rem; align-items: center; inline-size: fit-content;
    max-inline-size: calc(100% - 1rem); margin: 0.5rem 0.5rem 0; padding-inline-start: 0.6rem;
    border-radius: 1rem; background: var(--raised);
  }
  .chip button { min-block-size: 1.6rem; block-size: 1.6rem; font-size: 0.8rem; border-radius: 50% }
  .drop {
    position: absolute; inset: 0; display: grid; place-items: center; border-radius: inherit;
    background: var(--card); color: var(--accent); font-weight: 600; pointer-events: none;
  }
  #hint { display: flex; flex-wrap: wrap; gap: 0 1rem }
  #hint:not(:has(:not(:empty))), #problem:empty { display: none }
  .money { margin-inline-start: auto }
`;function w({client:e,user:t,thread:n}){return`nurseryd.draft.${e}/${t}/${n}`}function ye(e){try{return sessionStorage.getItem(w(e))??``}catch{return``}}function be(e,t){try{t?sessionStorage.setItem(w(e),t):sessionStorage.removeItem(w(e))}catch{}}var T=l.chat,xe=`en`;function Se(e){if(e.undone)return T.undone;if(e.state===`committed`&&!e.commit)return e.mode===`execute`?T.nothingChanged:T.states.committed;let t=T.states[e.state]??e.state,n=Ce(e);return n?T.settled(t,T.became[n]):t}function Ce({leftover:e}){return e===`kept`||e===`dropped`?e:void 0}function we({usage:e,started:t,finished:n,ended:r}){let i=e.inputTokens+e.outputTokens+e.cacheReadTokens+e.cacheWriteTokens,a=r&&t&&n?(Date.parse(n)-Date.parse(t))/1e3:0;return[a?oe(a,!0):``,e.cost?E(e.cost):``,i?T.tokens(i.toLocaleString(xe)):``,i?e.model??``:``].filter(Boolean)}function Te(e){let t=e.state===`cancelled`&&Ce(e)!==void 0,n=(e.ended?e.broken.map(({message:e})=>e):[]).filter(t=>!e.error?.includes(t));return[t?``:e.error??``,...n].filter(Boolean)}function Ee(e){let t=e.map(({ended:e})=>e).filter(e=>e!==null),[n]=e;return!n||t.length<e.length?null:Math.max(...t)-n.began}function E(e){return`$${e.toFixed(e<1?4:2)}`}function De({threads:e,budgets:t},n){let r=e.find(({threadId:e})=>e===n)?.cost??0,i=t.thread===null?1/0:t.thread-r,a=Math.min(i,t.leftToday??1/0);return[r?T.cost(E(r)):``,a===1/0?``:a>0?T.left(E(a)):T.nothingLeft].filter(Boolean)}function Oe(e,t,n,r){let i=e.filter((t,n)=>t!==e[n+1]),a=t===``?i.length:r;if(a===null||t!==``&&i[a]!==t)return null;let o=a+n;return o<0||o>i.length?null:{at:o,text:i[o]??``}}var ke=class{#e=``;#t=``;put(e,t){return t!==this.#t&&(this.#e=t.trimEnd()),this.#t=this.#e?`${this.#e}\n\n${e}`:e,this.#t}};function Ae({file:e,line:t,html:n}){let r=/^\s*<([a-z][\w-]{0,40})/i.exec(n??``)?.[1],i=m(e),a=t?`${i}:${t}`:i;return r?`<${r.toLowerCase()}> ${a}`:a}var D=l.chat,je=2e4,Me=[`execute`,`plan`,`analyze`],Ne=class extends g{static properties={thread:{attribute:!1},selection:{attribute:!1},usage:{attribute:!1},problem:{state:!0},sending:{state:!0},dropping:{state:!0}};static styles=[v,ve,i`:host { position: relative }`];#e=new ce;#t=new ke;#n=null;constructor(){super(),this.selection=this.usage=null,this.problem=``,this.sending=this.dropping=!1,new y(this,()=>this.thread)}say(e){this.#s(this.#t.put(e,this.#i?.value??``)),this.focus()}dragged(e){e.dataTransfer?.types.includes(`Files`)&&(e.preventDefault(),this.dropping=e.type===`dragover`,e.type===`drop`&&this.#m(he(e.dataTransfer)))}focus(){if(this.#i?.focus(),this.#i?.matches(`:focus`))return;let e=Pe();requestAnimationFrame(()=>Pe()===e&&this.#i?.focus())}render(){let e=ne(this.thread.conversation),t=this.usage?De(this.usage,this.thread.key.thread):[];return c`
      <form class=${this.dropping?`dropping`:``} @submit=${this.#u}>
        <label for="instruction">${D.ask}</label>
        <div class="box">
          ${this.#r()}
          <nu-attachments></nu-attachments>
          <textarea id="instruction" rows="1" maxlength=${je} placeholder=${D.placeholder}
            aria-describedby="hint" @input=${this.#c} @keydown=${this.#l}
            @paste=${this.#g}></textarea>
          <div class="tools">
            <button type="button" class="quiet icon" aria-label=${D.image} title=${D.image}
              @click=${()=>this.#a?.click()}><nu-icon name="image"></nu-icon></button>
            <input type="file" hidden multiple accept=${fe.join()} @change=${this.#h} />
            <select id="mode" aria-label=${D.mode} class="quiet small">
              ${Me.map(e=>c`<option value=${e}>${D.modes[e]}</option>`)}
            </select>
            <span class="ends">
              ${e?c`<button type="button" class="danger" @click=${()=>this.#f(e.id)}>
                <nu-icon name="stop"></nu-icon>${D.stop}</button>`:a}
              <button class="primary" ?disabled=${this.sending}>
                <nu-icon name="send"></nu-icon>${D.send}</button>
            </span>
          </div>
          ${this.dropping?c`<p class="drop">${D.dropHere}</p>`:a}
        </div>
        <p id="problem" class="bad small" role="alert">${this.problem}</p>
        <p id="hint" class="soft small">
          <span>${e?D.queues:``}</span>
          <span class="money">${t.join(` · `)}</span>
        </p>
      </form>
    `}#r(){let{selection:e}=this;return e?c`
      <p class="chip small">
        <nu-icon name="pick"></nu-icon><span class="unseen">${D.pointsAt}</span>
        <span class="mono cut">${Ae(e)}</span>
        <button type="button" class="quiet icon" aria-label=${D.removeSelection}
          @click=${this.#p}><nu-icon name="close"></nu-icon></button>
      </p>
    `:a}firstUpdated(){this.#s(ye(this.thread.key))}get#i(){return this.renderRoot.querySelector(`textarea`)}get#a(){return this.renderRoot.querySelector(`input[type=file]`)}get#o(){return this.renderRoot.querySelector(`nu-attachments`)}#s(e){let t=this.#i;t&&(t.value=e,t.setSelectionRange(e.length,e.length),this.#c())}#c=()=>{let e=this.#i;be(this.thread.key,e.value),e.style.blockSize=`auto`,e.style.blockSize=`${e.scrollHeight}px`};#l=e=>{let t=this.#i;if(!(e.isComposing||e.keyCode===229)){if(e.key===`Enter`&&!e.shiftKey)e.preventDefault(),this.#d();else if(e.key===`ArrowUp`||e.key===`ArrowDown`){let n=Oe(this.thread.conversation.turns.map(({instruction:e})=>e),t.value,e.key===`ArrowUp`?-1:1,this.#n);if(!n)return;e.preventDefault(),this.#n=n.at,this.#s(n.text)}}};#u=e=>{e.preventDefault(),this.#d()};async#d(){let e=this.#i,{selection:n}=this,{files:r}=this.#o,i=e.value;if(!this.sending&&i.trim()){this.sending=!0,this.problem=``;try{let t=this.renderRoot.querySelector(`select`)?.value,a=await Promise.all(r.map(ge)),o={instruction:i.trim(),mode:t,images:a};n&&(o.selection=n);let s=this.#e.of(JSON.stringify(o)),{turn:c}=await C(this.thread,o,s);this.#e.answered(200),this.#o.takeAway(r),e.value===i&&this.#s(``),this.selection===n&&this.send(`nu-unpick`),this.#n=null,this.thread.show(c),this.send(`nu-sent`)}catch(e){this.#e.answered(e instanceof t?e.status:400),this.problem=_(e)}finally{this.sending=!1}}}async#f(e){this.problem=``,this.focus();try{await S(this.thread,e,`cancel`,!1)}catch(e){this.problem=_(e)}}#p=()=>{this.send(`nu-unpick`),this.focus()};#m(e){this.problem=this.#o.add(e)}#h=()=>{let e=this.#a;this.#m([...e.files??[]]),e.value=``,this.focus()};#g=e=>{let t=he(e.clipboardData);t.length&&!e.clipboardData?.getData(`text`)&&(e.preventDefault(),this.#m(t))}};function Pe(){let e=document.activeElement;for(;e?.shadowRoot?.activeElement;)e=e.shadowRoot.activeElement;return e}d(`nu-composer`,Ne);var Fe=60,Ie=class{away=!1;#e;#t;#n=new ResizeObserver(()=>this.#s());#r=null;#i=0;#a=null;constructor(e,t){this.#e=e,this.#t=t,e.addController(this)}hostDisconnected(){this.watch(null)}watch(e){if(e===this.#r)return;this.#n.disconnect(),this.#r=e;let t=e&&this.#t();e&&t&&(this.#n.observe(e),this.#n.observe(t))}scrolled=()=>{let e=this.#t()?.scrollTop??0;this.#o()?e<this.#i&&this.#c(!0):this.#c(!1),this.#i=e};clicked=e=>{e.composedPath().some(e=>e instanceof Element&&e.localName===`summary`)&&this.#c(!0)};toEnd(){this.#c(!1),this.#s()}hold(){let e=this.#t();this.#a=e&&e.scrollHeight-e.scrollTop}#o(){let e=this.#t();return e?e.scrollHeight-e.scrollTop-e.clientHeight>Fe:!1}#s(){let e=this.#t();e&&(this.#a===null?this.away?this.#c(this.#o()):e.scrollTop=e.scrollHeight:(e.scrollTop=e.scrollHeight-this.#a,this.#a=null))}#c(e){e!==this.away&&(this.away=e,this.#e.requestUpdate())}},Le={},Re=p(class extends e{constructor(){super(...arguments),this.ot=Le}render(e,t){return t()}update(e,[t,n]){if(Array.isArray(t)){if(Array.isArray(this.ot)&&this.ot.length===t.length&&t.every((e,t)=>e===this.ot[t]))return o}else if(this.ot===t)return o;return this.ot=Array.isArray(t)?Array.from(t):t,this.render(t,n)}}),ze={added:`+`,removed:`−`,same:``,hunk:``,note:``};function Be(e){return c`
    <colgroup><col class="number" /><col class="number" /><col class="sign" /><col /></colgroup>
    ${He(2)}
    <tbody>${e.map(e=>Ue(e,4)??c`
      <tr class=${e.kind}>
        <td class="number">${e.old}</td><td class="number">${e.new}</td>
        <td class="sign">${ze[e.kind]}</td><td class="text">${m(e.text)}</td>
      </tr>`)}</tbody>
  `}function Ve(e){return c`
    <colgroup><col class="number" /><col class="sign" /><col /><col class="number" /><col class="sign" /><col /></colgroup>
    <thead class="unseen"><tr>
      <th colspan="3">${l.git.before}</th><th colspan="3">${l.git.after}</th>
    </tr></thead>
    <tbody>${e.map(({left:e,right:t})=>Ue(e,6)??c`
      <tr>${We(e,e?.old)}${We(t,t?.new)}</tr>`)}</tbody>
  `}function He(e){return c`<thead class="unseen"><tr>
    <th>${l.git.before}</th><th>${l.git.after}</th><td colspan=${e}></td>
  </tr></thead>`}function Ue(e,t){if(e?.kind===`note`)return c`<tr class="note"><td colspan=${t}>${m(e.text)}</td></tr>`;if(e?.kind!==`hunk`)return;let n=l.git.hunk(e.new??1);return c`<tr class="hunk"><td colspan=${t}>${n} ${m(e.text)}</td></tr>`}function We(e,t){if(!e)return c`<td class="nothing" colspan="3"></td>`;let n=e.kind===`same`?``:e.kind;return c`
    <td class="number ${n}">${t}</td><td class="sign ${n}">${ze[e.kind]}</td>
    <td class="text ${n}">${m(e.text)}</td>
  `}var Ge=/^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/;function Ke(e){let t=[],n=0,r=0,[i,a]=[0,0];for(let o of e.replace(/\n$/,``).split(`
`)){if(i<=0&&a<=0){let e=Ge.exec(o);e?([n,r]=[Number(e[1]),Number(e[3])],[i,a]=[Number(e[2]??1),Number(e[4]??1)],t.push({kind:`hunk`,text:e[5]??``,old:n,new:r})):t.length&&o.startsWith(`\\`)&&t.push({kind:`note`,text:o.slice(2)});continue}let e=o.slice(1);o.startsWith(`+`)?(t.push({kind:`added`,text:e,new:r++}),--a):o.startsWith(`-`)?(t.push({kind:`removed`,text:e,old:n++}),--i):o.startsWith(`\\`)?t.push({kind:`note`,text:o.slice(2)}):(t.push({kind:`same`,text:e,old:n++,new:r++}),--i,--a)}return t}function qe(e){let t=[],n=[],r=[],i=()=>{for(let e=0;e<Math.max(n.length,r.length);e+=1){let[i,a]=[n[e],r[e]];t.push({...i&&{left:i},...a&&{right:a}})}[n,r]=[[],[]]};for(let a of e)a.kind===`removed`?(r.length&&i(),n.push(a)):a.kind===`added`?r.push(a):(i(),t.push(a.kind===`note`?{left:a}:{left:a,right:a}));return i(),t}var Je=i`
  :host { display: grid; gap: 0.5rem }
  .file { border: 1px solid var(--line); border-radius: var(--radius); overflow: clip; background: var(--card) }
  .head {
    display: flex; gap: 0.6rem; inline-size: 100%; justify-content: start; border: 0;
    border-radius: 0; background: var(--raised); text-align: start; white-space: normal;
    padding: 0.3rem 0.75rem; font-weight: 400;
  }
  .head nu-icon { transition: transform 0.15s }
  .head[aria-expanded='false'] nu-icon { transform: rotate(-90deg) }
  .head:dir(rtl)[aria-expanded='false'] nu-icon { transform: rotate(90deg) }
  .path.mono { font-weight: 600 }
  .path { overflow-wrap: anywhere; unicode-bidi: isolate }
  .counts { direction: ltr; font-family: var(--mono); font-size: 0.8em; white-space: nowrap }
  .change { text-transform: none }
  .change.added { color: var(--good) }
  .change.deleted { color: var(--bad) }
  .said { padding: 0.6rem 0.75rem }
  .lines { direction: ltr; border-block-start: 1px solid var(--line) }
  table { inline-size: 100%; border-collapse: collapse; table-layout: fixed; font: 0.8rem/1.5 var(--mono) }
  tbody { content-visibility: auto; contain-intrinsic-block-size: auto 30rem }
  col.number { inline-size: 3.6em }
  col.sign { inline-size: 1.4em }
  td { padding: 0 0.4em; vertical-align: top }
  td.number { color: var(--soft); text-align: end; user-select: none; font-size: 0.92em }
  td.sign { padding: 0; text-align: center; user-select: none }
  td.text { white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 2 }
  .added { background: var(--added) }
  .removed { background: var(--removed) }
  .change.added { background: none }
  .nothing { background: var(--raised) }
  .hunk td, .note td { background: var(--raised); color: var(--soft); padding-block: 0.1rem }
  .split td.number:nth-of-type(4) { border-inline-start: 1px solid var(--line) }
  .more { padding: 0.5rem; text-align: center; border-block-start: 1px solid var(--line) }
  :host([bare]) .file { border: 0; border-radius: 0; background: none }
  :host([bare]) h3 { display: none }
  :host([bare]) .lines { border: 0 }
  :host([narrow]) .head { flex-wrap: wrap; row-gap: 0 }
  :host([narrow]) .head .grow { flex: 1 0 calc(100% - 2.5rem) }
  :host([narrow]) .head .change { margin-inline-start: 1.75rem }
  :host([narrow]) col.number { inline-size: 2.4em }
  :host([narrow]) td { padding-inline: 0.25em }
`,Ye=860,Xe=480,Ze=300,Qe=12,O=1e3;d(`nu-diff`,class extends g{static properties={files:{attribute:!1},truncated:{type:Boolean},narrow:{type:Boolean,reflect:!0},bare:{type:Boolean,reflect:!0},wide:{state:!0}};static styles=[v,Je];#e=new Map;#t=new Map;#n=new WeakMap;#r=new ResizeObserver(([e])=>{let t=e?.contentRect.width??0;t!==0&&requestAnimationFrame(()=>{this.wide=t>=Ye,this.narrow=t<Xe})});constructor(){super(),this.files=[],this.truncated=this.narrow=this.bare=this.wide=!1}connectedCallback(){super.connectedCallback(),this.#r.observe(this)}disconnectedCallback(){super.disconnectedCallback(),this.#r.disconnect()}willUpdate(e){e.has(`files`)&&this.#t.clear()}render(){return c`
      ${this.files.length?a:c`<p class="soft">${l.git.noDiff}</p>`}
      ${this.files.map((e,t)=>this.#i(e,t))}
      ${this.truncated?c`<p class="warn small">${l.git.truncated}</p>`:a}
    `}#i(e,t){let n=this.#e.get(e.path)??this.#a(e),r=m(e.path);return c`
      <section class="file" role="group" aria-label=${r}>
        <h3><button class="head" aria-expanded=${n} aria-controls="lines-${t}" @click=${()=>{this.#e.set(e.path,!n),this.requestUpdate()}}>
          <nu-icon name="down"></nu-icon>
          <span class="grow">
            <span class="path mono">${r}</span>
            ${e.oldPath&&e.oldPath!==e.path?c`<span class="soft small path">${l.git.renamed(m(e.oldPath))}</span>`:a}
          </span>
          <span class="small change ${e.change}">${l.git.change[e.change]}</span>
          ${e.binary?a:c`
            <span class="counts" role="img" aria-label=${l.git.linesOf(e.added,e.deleted)}>
              <span class="good">+${e.added}</span> <span class="bad">−${e.deleted}</span>
            </span>`}
        </button></h3>
        <div class="lines" id="lines-${t}" ?hidden=${!n}>${n?this.#o(e,r):a}</div>
      </section>
    `}#a(e){let t=e.added+e.deleted;return this.bare||this.files.length<=Qe&&t>0&&t<=Ze}#o(e,t){if(e.binary)return c`<p class="said soft">${l.git.binary}</p>`;let n=this.#n.get(e)??Ke(e.patch);if(this.#n.set(e,n),!n.length){let t=e.patch!==``||e.change===`renamed`;return c`<p class="said soft">${t?l.git.noDiff:l.git.noPatch}</p>`}let r=this.#t.get(e.path)??O,i=n.slice(0,r),o=n.length-i.length,s=()=>{this.#t.set(e.path,r+O),this.requestUpdate()},u=this.wide&&(e.change===`modified`||e.change===`renamed`);return c`
      <table class=${u?`split`:``} aria-label=${l.git.diffOf(t)}>
        ${u?Ve(qe(i)):Be(i)}
      </table>
      ${o?c`<div class="more">
        <button @click=${s}>${l.git.more(Math.min(O,o),o)}</button>
      </div>`:a}
    `}});var $e=class extends g{static properties={thread:{attribute:!1},turn:{attribute:!1},told:{attribute:!1},read:{state:!0}};static styles=[v,i`
      .files {
        border: 1px solid var(--line); border-radius: var(--radius); overflow: hidden;
        background: var(--card);
      }
      li + li { border-block-start: 1px solid var(--line) }
      .path {
        display: flex; gap: 0.5rem; align-items: center; padding: 0.3rem 0.7rem;
        overflow-wrap: anywhere;
      }
      summary { cursor: pointer }
      summary:hover { background: var(--raised) }
      summary::-webkit-details-marker { display: none }
      summary:focus-visible { outline-offset: -3px }
      .path::after {
        content: attr(data-mark); margin-inline-start: auto; color: var(--soft);
        font: 0.95em var(--text);
      }
      .path[data-change='added']::after { color: var(--good) }
      .path[data-change='deleted']::after { color: var(--bad) }
      details > :not(summary) { border-block-start: 1px solid var(--line) }
      details > p { padding: 0.5rem 0.7rem }
    `];constructor(){super(),this.read=new Map}willUpdate(e){let t=e.get(`turn`);t&&k(t)!==k(this.turn)&&(this.read=new Map)}render(){let e=[...new Set([...this.turn.files,...this.told.files.keys()])];return e.length?c`
      <ul class="files" aria-label=${l.chat.files}>
        ${e.map(e=>this.#e(e))}
      </ul>
    `:a}#e(e){let t=this.told.files.get(e)??`modified`,n=t===`modified`?``:l.chat.changes[t],r=m(e);return!this.turn.base||!k(this.turn)?c`
        <li><div class="path mono" data-change=${t} data-mark=${n}>${r}</div></li>
      `:c`
      <li>
        <details @toggle=${t=>this.#n(t,e)}>
          <summary class="path mono" data-change=${t} data-mark=${n}>${r}</summary>
          ${this.#t(e)}
        </details>
      </li>
    `}#t(e){let t=this.read.get(e);return t===void 0?a:t===`reading`?c`<p class="small soft">${l.chat.diffComes}</p>`:`problem`in t?c`<p class="small bad" role="alert">${t.problem}</p>`:t.diff.length?c`<nu-diff bare .files=${t.diff}></nu-diff>`:c`<p class="small soft">${l.chat.noDiff}</p>`}async#n(e,t){let{open:n}=e.target,r=this.read.get(t);if(!n||r===`reading`||r&&`diff`in r&&this.turn.ended)return;this.#r(t,`reading`);let i=k(this.turn),a={base:this.turn.base,path:[t],...i===et?{}:{target:i}};try{let e=await this.thread.api.ask(`GET ${h}/diff`,{path:this.thread.path,query:a});this.#r(t,{diff:e.diff.files})}catch(e){this.#r(t,{problem:_(e)})}}#r(e,t){this.read=new Map(this.read).set(e,t)}},et=`worktree`;function k({commit:e,saved:t,ended:n}){return e??t??(n?null:et)}d(`nu-turn-files`,$e);function tt({api:e,path:t},n,r){let i=e.address(`${h}/events`,t);return new Promise((t,a)=>{let o=u(),s=ee(e,i,{after:()=>String(n.firstEvent-1),hear(e,i){let a=i;a.turn===n.id&&(o=te(o,e,a),e===r&&(s(),t(o)))},state(e){e.state===`refused`&&a(e.problem),e.state===`lost`&&(s(),a(Error(e.why)))}})})}var A=l.chat;function nt(e,t){let n=Ee(e),r=e.filter(({ok:e})=>e===!1).length;return c`
    <details class="steps" ?open=${t}>
      <summary class="small soft">
        <span>${A.steps(e.length)}</span>
        ${r?c`<span class="bad">· ${A.failedSteps(r)}</span>`:a}
        ${n===null||n<.1?a:c`<span>· ${oe(n,!0)}</span>`}
      </summary>
      <ul>${e.map(rt)}</ul>
    </details>
  `}function rt({tool:e,summary:t,ok:n,problem:r}){return c`
    <li class="step small" data-ok=${String(n)}>
      <nu-icon name=${n===null?`more`:n?`check`:`close`}></nu-icon>
      <span class="unseen">${A.stepStates[`${n}`]}:</span>
      <span><b>${m(e)}</b>
        ${t?c`<span class="soft">${m(t)}</span>`:a}
        ${r?c`<span class="bad why">${ae(r)}</span>`:a}</span>
    </li>
  `}function it({pages:e,errors:t,skipped:n}){let r=e?.join(` `)??``;return e===null?j(`more`,`soft`,A.checking):n?j(`warning`,`warn`,A.skipped(n)):t.length?j(`warning`,`warn`,A.broken(r)):r?j(`check`,`soft`,A.checked(r)):c``}function at(e){return j(`edit`,`soft`,A.repairing(e))}function j(e,t,n){return c`
    <div class="check small ${t}"><nu-icon name=${e}></nu-icon><span>${n}</span></div>
  `}var ot=i`
  .steps summary { display: flex; gap: 0.35rem; align-items: center; cursor: pointer }
  .steps summary::before {
    content: ''; inline-size: 0.4rem; block-size: 0.4rem; margin-inline: 0.2rem 0.3rem;
    border: solid currentColor; border-width: 0 1.5px 1.5px 0; transform: rotate(-45deg);
    transition: transform 0.15s;
  }
  .steps summary:dir(rtl)::before { transform: rotate(135deg) }
  .steps[open] summary::before { transform: rotate(45deg) }
  .steps summary::-webkit-details-marker { display: none }
  .steps ul {
    display: grid; gap: 0.2rem; margin-block-start: 0.35rem; padding-inline-start: 0.8rem;
    border-inline-start: 2px solid var(--line);
  }
  .step, .check { display: flex; gap: 0.45rem; align-items: flex-start; overflow-wrap: anywhere }
  .step > nu-icon, .check > nu-icon { margin-block-start: 0.2em }
  .step b { font-weight: 600 }
  .step[data-ok='true'] > nu-icon { color: var(--good) }
  .step[data-ok='false'] > nu-icon { color: var(--bad) }
  .step[data-ok='null'] > nu-icon { animation: pulse 1.2s ease-in-out infinite }
  .why { display: block }
  @keyframes pulse { 50% { opacity: 0.25 } }
`,st=i`
  article { display: grid; gap: 0.6rem }
  article > * { min-inline-size: 0 }
  .asked-for { display: grid; gap: 0.35rem; justify-items: end; margin-inline-start: 2rem }
  .instruction {
    padding: 0.5rem 0.85rem; border-radius: calc(var(--radius) + 0.3rem);
    border-end-end-radius: 0.2rem; background: var(--raised); font-weight: 450;
    line-height: 1.5; white-space: pre-wrap; overflow-wrap: anywhere;
  }
  .badge { max-inline-size: 100%; overflow-wrap: anywhere }
  .error, .problem { white-space: pre-line; overflow-wrap: anywhere }
  .permission { display: grid; gap: 0.5rem; border-color: var(--warn); overflow-wrap: anywhere }
  .foot {
    display: flex; flex-wrap: wrap; gap: 0 0.75rem; align-items: center; min-block-size: 2rem;
    margin-block-start: -0.2rem;
  }
  .facts { flex: 1 1 7rem; overflow-wrap: anywhere }
  .state { display: inline-block; font-weight: 600; color: var(--ink) }
  :is(.state, .error, .problem)::first-letter { text-transform: uppercase }
  [data-state='cancelled'] .error { color: var(--soft) }
  [data-state='failed'] .state { color: var(--bad) }
  [data-state='interrupted'] .state, [data-state='cancelled'] .state { color: var(--warn) }
  :is([data-state='running'], [data-state='verifying']) .state { color: var(--accent) }
  :is([data-state='running'], [data-state='verifying']) .facts::before {
    content: ''; display: inline-block; inline-size: 0.6em; block-size: 0.6em;
    margin-inline-end: 0.45em; border-radius: 50%; background: var(--accent);
    animation: pulse 1.2s ease-in-out infinite;
  }
  .actions { display: flex; flex-wrap: wrap; gap: 0.25rem; margin-inline-start: auto }
  [data-undone='true'] .said { color: var(--soft) }
  [data-undone='true'] .instruction { color: var(--soft); text-decoration: line-through 1px }
  .danger { justify-self: start }
`,ct="(`{1,4})([^`](?:.{0,2000}?[^`])??)\\1(?!`)|\\[([^\\]\\n]{1,500})\\]\\((<?[^\\s()]{1,2000}>?)\\)|(https?:\\/\\/[^\\s<>\"'`]{1,2000})|\\*\\*(?=\\S)([^\\n]{1,2000}?\\S|\\S)\\*\\*|\\*(?=[^\\s*])([^*\\n]{0,2000}?[^\\s*])\\*|(?<!\\w)_(?=[^\\s_])([^_\\n]{0,2000}?[^\\s_])_(?!\\w)";function M(e,t=!1){let n=[],r=0;for(let i of e.matchAll(new RegExp(ct,`gs`))){let a=lt(i,t);a&&(i.index>r&&n.push({kind:`text`,text:e.slice(r,i.index)}),n.push(a.inline),r=i.index+a.length)}return r<e.length&&n.push({kind:`text`,text:e.slice(r)}),n}function lt(e,t){let[n,r,i,a,o,s,c,l,u]=e,{length:d}=n;if(r!==void 0)return{length:d,inline:{kind:`code`,text:i.replaceAll(`
`,` `).replace(/^ (.*\S.*) $/,`$1`)}};if(a!==void 0){let e=ut(o.replace(/^<|>$/g,``));return!e||t?null:{length:d,inline:{kind:`link`,to:e,words:M(a,!0)}}}if(s!==void 0){let e=s.replace(/[.,;:!?)\]}*_]+$/,``),n=ut(e);if(!n||t)return null;let r=[{kind:`text`,text:e}];return{length:e.length,inline:{kind:`link`,to:n,words:r}}}return c===void 0?{length:d,inline:{kind:`emphasis`,words:M(l??u,t)}}:{length:d,inline:{kind:`strong`,words:M(c,t)}}}function ut(e){try{let t=new URL(e);return t.protocol===`http:`||t.protocol===`https:`?t.href:null}catch{return null}}var dt=/^\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?)?$/;function ft(e,t){let n=e[t],r=e[t+1];return!n?.includes(`|`)||r===void 0||!dt.test(r.trim())?!1:N(n).length===N(r).length}function pt(e,t){let n=N(e[t]).map(e=>M(e)),r=t+2,i=[];for(;e[r]?.includes(`|`);){let t=N(e[r]);i.push(n.map((e,n)=>M(t[n]??``))),r+=1}return[{kind:`table`,head:n,rows:i},r]}function N(e){return e.trim().replace(/^\|/,``).replace(/(?<!\\)\|$/,``).split(/(?<!\\)\|/).map(e=>e.trim().replaceAll(`\\|`,`|`))}var P=/^\s{0,3}(`{3,}(?!`)|~{3,}(?!~))(?=[^`]*$)\s*([\w+#.-]*)/,F=/^\s{0,3}#{1,6}\s(.*)$/,mt=/^\s{0,3}([-*_])(?:\s*\1){2,}\s*$/,I=/^\s{0,3}>\s?/,L=/^(\s{0,3})([-*+]|(\d{1,9})[.)])(\s+)(.*)$/,ht=8;function R(e,t=0){let n=e.replaceAll(`\r
`,`
`).split(`
`),r=[],i=0;for(;i<n.length;){let e=n[i],a;if(!e.trim()){i+=1;continue}P.test(e)?a=_t(n,i):F.test(e)?a=[{kind:`heading`,words:M(gt(F.exec(e)?.[1]??``))},i+1]:mt.test(e)?a=[{kind:`rule`},i+1]:t<ht&&I.test(e)?a=vt(n,i,t):t<ht&&L.test(e)?a=yt(n,i,t):ft(n,i)&&(a=pt(n,i));let[o,s]=a??St(n,i);r.push(o),i=s}return r}function gt(e){let t=e.trim(),n=t.length;for(;t[n-1]===`#`;)--n;return n===0||/\s/.test(t[n-1])?t.slice(0,n).trimEnd():t}function _t(e,t){let[,n=``,r=``]=P.exec(e[t])??[],i=t+1,a=e=>{let t=e.trim();return t.length>=n.length&&t===n[0].repeat(t.length)};for(;i<e.length&&!a(e[i]);)i+=1;return[{kind:`code`,language:r,text:e.slice(t+1,i).join(`
`)},i+1]}function vt(e,t,n){let r=t;for(;r<e.length&&I.test(e[r]);)r+=1;return[{kind:`quote`,blocks:R(e.slice(t,r).map(e=>e.replace(I,``)).join(`
`),n+1)},r]}function yt(e,t,n){let[,,,r]=L.exec(e[t])??[],i=[],a=t;for(;a<e.length;){let t=L.exec(e[a]);if(!t||t[3]===void 0!=(r===void 0))break;let[,o=``,s=``,,c=``,l=``]=t,u=o.length+s.length+Math.min(c.length,4),d=[l];for(a+=1;a<e.length&&bt(e,a,o.length);)d.push(xt(e[a],u)),a+=1;for(;d.at(-1)===``;)d.pop();i.push(R(d.join(`
`),n+1))}return[{kind:`list`,start:r===void 0?null:Number(r),items:i},a]}function bt(e,t,n){let r=e[t],i=e=>e.length-e.trimStart().length>n+1;if(!r.trim()){if(!e[t-1].trim())return!0;let n=t+1;for(;n<e.length&&!e[n].trim();)n+=1;let r=e[n];return r!==void 0&&(i(r)||L.test(r))}return i(r)||!(Ct(r)||!e[t-1].trim())}function xt(e,t){let n=e.length-e.trimStart().length;return e.slice(Math.min(n,t))}function St(e,t){let n=e=>e?.trim()&&!Ct(e),r=t+1;for(;n(e[r])&&!ft(e,r);)r+=1;return[{kind:`paragraph`,words:M(e.slice(t,r).map(e=>e.trim()).join(`
`))},r]}function Ct(e){return[P,F,mt,I,L].some(t=>t.test(e))}function wt(e){return R(e).map(e=>Et(e,()=>Dt(e)))}var Tt=i`
  .said { display: grid; gap: 0.55rem; overflow-wrap: anywhere }
  .said > * { min-inline-size: 0 }
  .said p { white-space: pre-line }
  .said h4 { margin-block-start: 0.3rem }
  .said :is(ul, ol).list { padding-inline-start: 1.4rem; list-style: disc }
  .said ol.list { list-style: decimal }
  .said .list li { margin-block: 0.15rem }
  .said blockquote {
    margin: 0; padding-inline-start: 0.8rem; border-inline-start: 3px solid var(--line);
    color: var(--soft);
  }
  .said hr { inline-size: 100%; margin: 0; border: 0; border-block-start: 1px solid var(--line) }
  .said .wide { overflow-x: auto }
  .said table { border-collapse: collapse; font-size: 0.93em }
  .said :is(th, td) {
    padding: 0.25rem 0.6rem; border: 1px solid var(--line); text-align: start;
    vertical-align: top; overflow-wrap: break-word;
  }
  .said th { background: var(--raised); font-weight: 600 }
  .said code { padding: 0.1em 0.35em; border-radius: 0.3em; background: var(--raised) }
  .said pre {
    max-block-size: 24rem; padding: 0.6rem 0.8rem; border-radius: var(--radius);
    background: var(--raised); overflow: auto; direction: ltr; text-align: left;
  }
  .said pre code { padding: 0; background: none; font-size: 1em }
`;function Et(e,t){return Re([JSON.stringify(e)],t)}function Dt(e){switch(e.kind){case`paragraph`:return c`<p dir="auto">${e.words.map(z)}</p>`;case`heading`:return c`<h4 dir="auto">${e.words.map(z)}</h4>`;case`code`:return c`<pre tabindex="0"><code>${e.text}</code></pre>`;case`quote`:return c`<blockquote>${e.blocks.map(Dt)}</blockquote>`;case`rule`:return c`<hr />`;case`list`:return Ot(e);case`table`:return kt(e)}}function Ot({start:e,items:t}){let n=t.map(e=>Et(e,()=>c`<li>${e.map(At)}</li>`));return e===null?c`<ul class="list">${n}</ul>`:c`<ol class="list" start=${e}>${n}</ol>`}function kt({head:e,rows:t}){return c`
    <div class="wide" tabindex="0" role="group"><table>
      <thead><tr>${e.map(e=>c`<th dir="auto">${e.map(z)}</th>`)}</tr></thead>
      <tbody>${t.map(e=>c`
        <tr>${e.map(e=>c`<td dir="auto">${e.map(z)}</td>`)}</tr>`)}</tbody>
    </table></div>
  `}function At(e){return e.kind===`paragraph`?c`<span dir="auto">${e.words.map(z)}</span>`:Dt(e)}function z(e){switch(e.kind){case`text`:return e.text;case`code`:return c`<code>${e.text}</code>`;case`strong`:return c`<strong>${e.words.map(z)}</strong>`;case`emphasis`:return c`<em>${e.words.map(z)}</em>`;case`link`:return c`<a href=${e.to} target="_blank" rel="noopener noreferrer nofollow"
        >${e.words.map(z)}</a>`}}var B=l.chat,jt={undo:`undo`,redo:`redo`,again:`reload`,carryOut:`play`};d(`nu-turn`,class extends g{static properties={thread:{attribute:!1},turn:{attribute:!1},told:{attribute:!1},watching:{attribute:!1},problem:{state:!0},others:{state:!0},busy:{state:!0},copied:{state:!0},reheard:{state:!0}};static styles=[v,Tt,ot,st];constructor(){super(),this.problem=``,this.others=this.reheard=null,this.watching=this.busy=this.copied=!1}render(){let{turn:e}=this,t=this.#e,n=Te(e);return c`
      <article aria-labelledby="instruction" data-turn=${e.id} data-state=${e.state}
        data-undone=${e.undone}>
        <div class="asked-for">
          <h3 class="instruction" id="instruction" dir="auto">${e.instruction}</h3>
          ${this.#t()}
        </div>
        <div class="said" ?hidden=${!t.parts.length}>
          ${t.parts.map((e,n)=>this.#n(e,n===t.parts.length-1))}
        </div>
        ${t.asked.map(e=>this.#r(e))}
        <p class="error bad" ?hidden=${!n.length}>${n.join(`
`)}</p>
        <nu-turn-files .thread=${this.thread} .turn=${e} .told=${t}></nu-turn-files>
        ${this.#i()}
        <p class="problem bad" role="alert" ?hidden=${!this.problem}>${this.problem}</p>
        ${this.#a()}
      </article>
    `}get#e(){return this.reheard??this.told}#t(){let{selection:e,images:t}=this.#e,{mode:n}=this.turn,r=[n===`execute`?``:B.modes[n],e?Ae(e):``,t?B.images(t):``].filter(Boolean);return r.length?c`
      <div class="row">${r.map(e=>c`<span class="badge">${e}</span>`)}</div>
    `:a}#n(e,t){switch(e.kind){case`text`:return c`${Re([e.text],()=>wt(e.text))}`;case`steps`:return nt(e.steps,t&&!this.turn.ended);case`check`:return it(e);case`repair`:return at(e.repair)}}#r({permission:e,tool:t,summary:n}){let r=t=>()=>this.#l(async()=>{await ue(this.thread,this.turn.id,e,t)});return c`
      <div class="permission card" role="group" aria-label=${B.may(m(t))}>
        <p><b>${B.may(m(t))}</b> ${m(n)}</p>
        <div class="row" ?hidden=${this.watching}>
          <button class="primary" ?disabled=${this.busy} @click=${r(!0)}>${B.allow}</button>
          <button ?disabled=${this.busy} @click=${r(!1)}>${B.deny}</button>
        </div>
      </div>
    `}#i(){let{turn:e}=this,t=r(this.watching?[]:le(e),e=>e,e=>c`
      <button class=${e===`keep`?``:`quiet`} data-do=${e} ?disabled=${this.busy}
        @click=${()=>this.#o(e)}>
        ${jt[e]?c`<nu-icon name=${jt[e]}></nu-icon>`:a}${B[e]}
      </button>
    `),n=e.ended&&e.started&&this.#e.whole&&c`
      <button class="quiet icon" aria-label=${B.showSteps} title=${B.showSteps}
        ?disabled=${this.busy} @click=${this.#u}><nu-icon name="more"></nu-icon></button>
    `,i=e.ended&&e.output&&c`
      <button class="quiet icon" aria-label=${this.copied?B.copied:B.copy}
        @click=${this.#d}>
        <nu-icon name=${this.copied?`check`:`copy`}></nu-icon>
      </button>
    `;return c`
      <div class="foot small">
        <p class="facts soft"><span class="state">${Se(e)}</span>${we(e).map(e=>c` · <bdi>${e}</bdi>`)}</p>
        <div class="actions">${t}${n||a}${i||a}</div>
      </div>
    `}#a(){let{others:e}=this;return e?c`
      <button class="danger" ?disabled=${this.busy} @click=${()=>this.#o(e.what,!0)}>
        ${B.withOthers(B[e.what],e.count)}
      </button>
    `:a}#o(e,t=!1){let{thread:n,turn:r}=this;return e===`again`?this.#c():e===`carryOut`?this.#l(async()=>de(n,r,(await this.#s()).selection,`execute`)):this.#l(()=>S(n,r.id,e,t),e)}async#s(){let e=this.#e;return e.whole?tt(this.thread,this.turn,`turn.queued`):e}async#c(){let{thread:e,turn:t}=this,n=await this.#l(async()=>{let n=await this.#s();return n.images?n:(await de(e,t,n.selection,t.mode),null)});n&&(this.problem=B.imagesAgain,n.selection&&this.send(`nu-pick`,{selection:n.selection}),this.send(`nu-say`,{text:t.instruction}))}async#l(e,n){if(this.busy)return;let r=this.renderRoot.activeElement;this.busy=!0,this.problem=``,this.others=null;try{return await e()}catch(e){this.problem=_(e);let r=e instanceof t&&e.reply.others;r&&r.length&&(n===`undo`||n===`redo`)&&(this.others={what:n,count:r.length});return}finally{this.busy=!1,this.thread.refresh(),await this.updateComplete,r?.isConnected?r.focus():r&&this.send(`nu-write`)}}#u=()=>this.#l(async()=>{this.reheard=await tt(this.thread,this.turn,`turn.finished`)});#d=async()=>{try{await navigator.clipboard.writeText(this.turn.output),this.copied=!0,setTimeout(()=>this.copied=!1,2e3)}catch{this.tell(B.cannotCopy,`problem`)}}});var V=l.chat,Mt=class extends g{static properties={thread:{attribute:!1},selection:{attribute:!1},usage:{state:!0},eager:{type:Boolean},watching:{type:Boolean},news:{state:!0},reading:{state:!0}};static styles=[v,i`
      :host {
        display: grid; grid-template-rows: minmax(0, 1fr) auto; position: relative;
        container-type: inline-size; background: var(--ground);
      }
      #turns { padding: 1rem 0.9rem; overflow-y: auto; overscroll-behavior: contain }
      #turns:focus-visible { outline-offset: -3px }
      .list { display: grid; gap: 1.6rem; max-inline-size: 46rem; margin-inline: auto }
      .list > * { min-inline-size: 0 }
      .list:has(.empty) { min-block-size: 100% }
      .earlier { justify-self: center }
      .latest {
        position: absolute; inset-block-end: 0.75rem; inset-inline: 0; inline-size: fit-content;
        margin-inline: auto; border-radius: 1rem; box-shadow: var(--shadow);
      }
      .middle {
        position: relative; display: grid; grid-template-rows: minmax(0, 1fr); min-block-size: 0;
      }
      .watching { padding: 0.75rem 0.9rem; border-block-start: 1px solid var(--line) }
      .empty { display: grid; gap: 0.75rem; align-content: center; padding-block: 2rem }
      .empty h3 { font-size: 1.25rem }
      .empty button {
        justify-content: start; padding: 0.5rem 0.8rem; white-space: normal; text-align: start;
      }
    `];#e=new Ie(this,()=>this.renderRoot.querySelector(`#turns`));#t=new Map;#n;#r=!1;#i=null;#a=e=>{let{type:t}=e.detail;(t===`turn.finished`||t===`usage`)&&this.#u()};constructor(){super(),this.selection=this.usage=null,this.news=``,this.eager=this.watching=this.reading=!1,new y(this,()=>this.thread);for(let e of[`dragover`,`dragleave`,`drop`])this.addEventListener(e,e=>this.#s?.dragged(e));this.addEventListener(`nu-write`,()=>this.#s?.focus()),this.addEventListener(`nu-unpick`,()=>this.selection=null),this.addEventListener(`nu-sent`,()=>this.#e.toEnd())}say(e){this.#s?.say(e)}disconnectedCallback(){super.disconnectedCallback(),this.#n?.removeEventListener(`happened`,this.#a),this.#n=void 0}willUpdate(){this.#n!==this.thread&&(this.#n?.removeEventListener(`happened`,this.#a),this.#n=this.thread,this.#n?.addEventListener(`happened`,this.#a),this.#t.clear(),this.news=``,this.usage=this.selection=null,this.#r=!1,this.#e.toEnd(),this.#u());for(let e of this.thread?.conversation.turns??[]){let t=Se(e),n=this.#t.get(e.id);n!==void 0&&n!==t&&(this.news=V.news(t)),this.#t.set(e.id,t)}}focus(){this.#s?.focus()}render(){let{thread:e}=this;if(!e?.exists)return a;let{turns:t,told:n,earlier:i}=e.conversation;return se(e,c`
      <div class="middle">
        <h2 class="unseen">${V.conversation}</h2>
        <div id="turns" tabindex="0" role="region" aria-label=${V.conversation}
          @scroll=${this.#e.scrolled} @click=${this.#e.clicked}>
          <div class="list">
            ${i?c`<button class="earlier" ?disabled=${this.reading}
              @click=${this.#l}>${V.earlier}</button>`:a}
            ${t.length||this.watching?a:this.#o()}
            ${r(t,({id:e})=>e,t=>c`
              <nu-turn .thread=${e} .turn=${t} .watching=${this.watching}
                .told=${n.get(t.id)??u()}></nu-turn>
            `)}
          </div>
        </div>
        ${this.#e.away?c`<button class="latest" @click=${this.#c}>
          <nu-icon name="down"></nu-icon>${V.latest}</button>`:a}
      </div>
      <p id="news" class="unseen" role="status">${this.news}</p>
      ${this.watching?c`<p class="watching soft small">${V.watching}</p>`:c`
        <nu-composer .thread=${e} .selection=${this.selection}
          .usage=${this.usage}></nu-composer>`}
    `)}#o(){return c`
      <div class="empty">
        <h3>${V.emptyTitle}</h3>
        <p class="soft">${V.emptyHelp}</p>
        ${V.suggestions.map(e=>c`
          <button @click=${()=>this.say(e)}>${e}</button>`)}
      </div>
    `}updated(){this.#e.watch(this.renderRoot.querySelector(`.list`)),this.selection&&this.selection!==this.#i&&this.#s?.focus(),this.#i=this.selection,!this.thread?.exists||this.#r||(this.#r=!0,this.eager&&document.activeElement===document.body&&this.#s?.focus())}get#s(){return this.renderRoot.querySelector(`nu-composer`)}#c=()=>{this.#e.toEnd(),this.#s?.focus()};#l=async()=>{this.reading=!0,this.#e.hold();try{await this.thread.earlier()}catch(e){this.tell(_(e),`problem`)}finally{this.reading=!1}};async#u(){let{thread:e}=this;if(!e)return;let{client:t,user:n}=e.key,r={client:t,user:n};try{let t=await e.api.ask(`GET /v1/usage/{client}/{user}`,{path:r});e===this.thread&&(this.usage=t)}catch{e===this.thread&&(this.usage=null)}}};d(`nu-chat`,Mt);function Nt(e,t,n){let r=e.trim(),i=/^[a-z][a-z\d+.-]*:/i.test(r)||/^[/?#.]/.test(r)?r:`/${r}`;if(!URL.canParse(i,t+n))return;let a=new URL(i,t+n);return a.origin===t?a.pathname+a.search+a.hash:void 0}function H(e,t){let n=new URL(e),r=new URL(t,n.origin);if(r.origin!==n.origin)return e;n.pathname=r.pathname,n.hash=r.hash;for(let[e,t]of r.searchParams)n.searchParams.append(e,t);return n.href}var Pt=p(class extends e{constructor(e){if(super(e),e.type!==f.PROPERTY&&e.type!==f.ATTRIBUTE&&e.type!==f.BOOLEAN_ATTRIBUTE)throw Error("The `live` directive is not allowed on child or event bindings");if(!s(e))throw Error("`live` bindings can only contain a single expression")}render(e){return e}update(e,[t]){if(t===o||t===a)return t;let r=e.element,i=e.name;if(e.type===f.PROPERTY){if(t===r[i])return o}else if(e.type===f.BOOLEAN_ATTRIBUTE){if(!!t===r.hasAttribute(i))return o}else if(e.type===f.ATTRIBUTE&&r.getAttribute(i)===t+``)return o;return n(e),t}}),Ft=[[`phone`,`phone`],[`tablet`,`tablet`],[`full`,`screen`]],U=l.preview,It=class extends g{static properties={page:{attribute:!1},address:{},link:{},device:{},which:{},picking:{type:Boolean},pickable:{type:Boolean},usable:{type:Boolean}};#e;static styles=[v,i`
    :host {
      container-type: inline-size; border-block-end: 1px solid var(--line); background: var(--ground);
    }
    .bar { display: flex; gap: 0.25rem; align-items: center; padding: 0.375rem 0.5rem }
    form { flex: 1; min-inline-size: 6rem }
    input.field {
      min-block-size: 2rem; border-radius: 1rem; padding-inline: 0.9rem; background: var(--card);
    }
    .devices { display: flex; gap: 0.125rem }
    a.button {
      display: inline-flex; align-items: center; justify-content: center; inline-size: 2rem;
      block-size: 2rem; border-radius: var(--radius); color: inherit;
    }
    a.button:hover { background: var(--raised) }
    .pick[aria-pressed='true'] { background: var(--accent); color: var(--on-accent) }
    select { max-inline-size: 9.5rem; min-block-size: 2rem; padding-inline: 0.5rem }
    @container (inline-size < 38rem) { .pick span { display: none } .pick { inline-size: 2rem; padding: 0 } }
    @container (inline-size < 32rem) {
      .bar { flex-wrap: wrap }
      form { order: 1; flex-basis: 100% }
      .gap { flex: 1 }
    }
    @container (inline-size < 23rem) { .devices { display: none } }
  `];constructor(){super(),this.picking=this.pickable=this.usable=!1}render(){let{page:e,usable:t}=this;return c`
      <div class="bar" role="group" aria-label=${U.bar}>
        ${this.#t(`back`,!e?.back)} ${this.#t(`forward`,!e?.forward)}
        ${this.#t(`reload`,!t)}
        <form @submit=${this.#o}>
          <label class="unseen" for="address">${U.address}</label>
          <input id="address" class="field" type="text" inputmode="url" autocomplete="off"
            autocapitalize="off" spellcheck="false" enterkeyhint="go" dir="ltr"
            .value=${Pt(this.#e??this.address)} @input=${this.#r} @blur=${this.#i}
            @keydown=${this.#a} ?disabled=${!t} title=${e?.title??``}>
        </form>
        <span class="gap"></span>
        ${this.#n()}
        <div class="devices" role="group" aria-label=${U.widths}>
          ${Ft.map(([e,t])=>c`
            <button class="quiet icon" aria-label=${U[e]} title=${U[e]}
              aria-pressed=${this.device===e} @click=${()=>this.#c({what:`device`,device:e})}>
              <nu-icon name=${t}></nu-icon></button>`)}
        </div>
        <select aria-label=${U.which} .value=${this.which} @change=${this.#s}>
          <option value="dev" ?selected=${this.which===`dev`}>${U.dev}</option>
          <option value="built" ?selected=${this.which===`built`}>${U.built}</option>
        </select>
        ${this.link?c`
          <a class="button" href=${this.link} target="_blank" rel="noopener noreferrer"
            aria-label=${U.open} title=${U.open}><nu-icon name="open"></nu-icon></a>`:a}
      </div>
    `}#t(e,t){return c`
      <button class="quiet icon" aria-label=${U[e]} title=${U[e]} ?disabled=${t}
        @click=${()=>this.#c({what:e})}><nu-icon name=${e}></nu-icon></button>`}#n(){let e=this.which===`built`?U.noPick:U.pick;return c`
      <button class="pick" aria-pressed=${this.picking} aria-label=${U.pick} title=${e}
        ?disabled=${!this.pickable} @click=${()=>this.#c({what:`pick`})}>
        <nu-icon name="pick"></nu-icon><span>${l.preview.pickShort}</span></button>`}#r=e=>{this.#e=e.target.value};#i=()=>{this.#e=void 0,this.requestUpdate()};#a=e=>{e.key===`Escape`&&this.#i()};#o=e=>{e.preventDefault();let t=this.#e??this.address;this.#i(),this.#c({what:`go`,typed:t})};#s=e=>{let t=e.target.value===`built`?`built`:`dev`;this.#c({what:`which`,which:t})};#c(e){this.dispatchEvent(new CustomEvent(`nu-do`,{detail:e}))}};d(`nu-preview-bar`,It);var Lt=e=>typeof e==`number`&&e>=0&&e<=1;function Rt(e){let t=e.total>0?e.done/e.total:null;return Lt(t)?t:null}var zt={installing:`install`,starting:`start`,asleep:`asleep`};function Bt({exists:e,watching:t,which:n,preview:r,built:i,transfer:a,loaded:o}){let s=!o,c=n===`built`?i:r;if(n===`dev`&&a?.what===`clone`)return{kind:`clone`,whole:s,value:Rt(a),note:``};if(!c)return{kind:!e||t?`nothing`:n===`built`?`unbuilt`:`absent`,whole:!0,value:null,note:``};if(c.state===`ready`||c.state===`failed`)return null;let l=c.state===`installing`&&Lt(c.progress)?c.progress:null;return{kind:zt[c.state],whole:s,value:l,note:c.reason}}function Vt({which:e,preview:t,built:n}){let r=e===`built`?n:t;if(!r)return null;let i=r.state===`failed`;if(i){let{reason:e}=r;return{ended:i,error:r.error??{message:e,file:``,line:null,column:null,frame:``}}}return r.error&&r.state===`ready`?{ended:i,error:r.error}:null}function Ht(e){return{cover:Bt(e),broken:Vt(e)}}function W({file:e,line:t}){return e&&t?`${e}:${t}`:e}function Ut(e,t){let n=`frame`in t&&t.frame?`\n\n${t.frame}`:``,r=W(t);return`${e} ${t.message.trim()}${r?`\n${r}`:``}${n}`}var G=l.preview,Wt=class extends g{static properties={error:{attribute:!1},label:{},help:{},again:{type:Boolean},watching:{type:Boolean}};static styles=[v,i`
    :host { position: absolute; inset-inline: 0.75rem; inset-block-end: 0.75rem; z-index: 2 }
    section {
      display: grid; gap: 0.5rem; max-inline-size: 46rem; margin-inline: auto; padding: 0.9rem 1rem;
      border: 1px solid var(--line); border-inline-start: 4px solid var(--bad);
      border-radius: var(--radius); background: var(--card); box-shadow: var(--shadow);
    }
    header { display: flex; gap: 0.5rem; align-items: center }
    header > nu-icon { color: var(--bad) }
    header h2 { flex: 1 }
    .message { max-block-size: 8rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere }
    pre {
      max-block-size: 11rem; padding: 0.6rem 0.75rem; overflow: auto; border-radius: var(--radius);
      background: var(--raised); font-size: 0.8rem; line-height: 1.5; tab-size: 2;
    }
    .place { overflow-wrap: anywhere }
  `];render(){let{error:e}=this,t=W(e);return c`
      <section aria-labelledby="label">
        <header>
          <nu-icon name="warning"></nu-icon>
          <h2 id="label"><span role="alert">${this.label}</span></h2>
          <button class="quiet icon" aria-label=${G.hide} title=${G.hide}
            @click=${()=>this.#e(`nu-hide`)}><nu-icon name="close"></nu-icon></button>
        </header>
        <p class="message" tabindex="0">${e.message}</p>
        ${t?c`<p class="place mono soft" dir="ltr">${t}</p>`:a}
        ${e.frame?c`<pre tabindex="0" dir="ltr" aria-label=${G.source}>${e.frame}</pre>`:a}
        <div class="row">
          ${this.watching?a:c`
            <button class="primary" @click=${()=>this.send(`nu-say`,{text:Ut(G.fixSaid,e)})}>
              ${G.fix}</button>`}
          ${this.again&&!this.watching?c`<button @click=${()=>this.#e(`nu-again`)}>${G.again}</button>`:a}
          ${this.help?c`<span class="soft small">${this.help}</span>`:a}
        </div>
      </section>
    `}#e(e){this.dispatchEvent(new Event(e))}};d(`nu-preview-broken`,Wt);var K=l.preview,Gt={asleep:K.wake,absent:K.begin,unbuilt:K.build},q=e=>e in Gt,Kt=class extends g{static properties={cover:{attribute:!1},busy:{type:Boolean}};static styles=[v,i`
    :host { position: absolute; inset: 0; pointer-events: none; display: grid }
    :host([kind='asleep']) { pointer-events: auto } /* so that it is noticed who comes back */
    :host([whole]) { background: var(--ground); pointer-events: auto; place-items: center }
    .said {
      display: grid; gap: 0.6rem; pointer-events: auto; text-align: center; justify-items: center;
    }
    :host([whole]) .said { inline-size: min(22rem, calc(100% - 2rem)) }
    :host(:not([whole])) .said {
      align-self: start; justify-self: center; grid-auto-flow: column; align-items: center;
      margin: 0.75rem; padding: 0.4rem 0.9rem; border: 1px solid var(--line); border-radius: 2rem;
      background: var(--card); box-shadow: var(--shadow); max-inline-size: calc(100% - 1.5rem);
    }
    :host(:not([whole])) .note { display: none }
    :host(:not([whole])) progress { inline-size: 6rem }
    h2 { font-size: 1.05rem }
    :host(:not([whole])) h2 { font-size: 0.9rem }
    progress { block-size: 0.5rem }
    .note { overflow-wrap: anywhere; min-block-size: 1.5em }
  `];updated(){this.toggleAttribute(`whole`,this.cover.whole),this.setAttribute(`kind`,this.cover.kind)}render(){let{kind:e,value:t,note:n}=this.cover,r=!q(e)&&e!==`nothing`||this.busy,i=this.busy&&e===`unbuilt`?K.building:K[e],o=t===null?``:`${Math.floor(t*100)} %`,s=e===`unbuilt`?K.unbuiltHelp:q(e)?``:n;return c`
      <div class="said">
        <div role="status"><h2>${i}</h2></div>
        ${r?c`
          ${t===null?c`<progress aria-label=${i}></progress>`:c`<progress aria-label=${i} max="1" .value=${t}></progress>`}
          ${o?c`<span class="soft small" id="percent">${o}</span>`:a}
        `:a}
        ${s?c`<p class="note soft small">${s}</p>`:a}
        ${q(e)&&!this.busy?c`
          <button class="primary" @click=${()=>this.dispatchEvent(new Event(`nu-wish`))}>
            ${Gt[e]}</button>`:a}
      </div>
    `}};d(`nu-preview-cover`,Kt);var qt=class{#e;#t;#n=new Set;constructor(e,t){this.#e=e,this.#t=t}get isBusy(){return this.#n.has(this.#t())}async begin(e,t){let n=this.#t();if(!this.#n.has(n)){this.#n.add(n),this.#e.requestUpdate();try{await e()}catch(e){n===this.#t()&&t(e)}finally{this.#n.delete(n),this.#e.requestUpdate()}}}},Jt=`nurseryd`,Yt=1,Xt=2e3,Zt=1e3,J=500,Qt=2e3,$t=1e6;function en(e){return{source:Jt,version:Yt,...e}}var tn=e=>typeof e==`object`&&!!e,Y=(e,t)=>typeof e==`string`?e.slice(0,t):``,X=e=>Number.isInteger(e)&&e>0&&e<=$t?e:null;function nn(e){let{address:t,title:n,back:r,forward:i}=e;if(!(typeof t!=`string`||!/^\/(?!\/)/.test(t)||t.length>Xt))return{type:`page`,address:t,title:Y(n,J),back:r===!0,forward:i===!0}}function rn({selection:e}){if(!tn(e))return;let{file:t,line:n,column:r,html:i,tag:a,text:o}=e;if(!(typeof t!=`string`||!t||t.length>Zt))return{type:`picked`,selection:{file:t,line:X(n),column:X(r),html:Y(i,Qt)},tag:Y(a,60),text:Y(o,J)}}function an(e){if(tn(e)&&e.source===Jt&&e.version===Yt)switch(e.type){case`here`:case`gone`:return{type:e.type};case`page`:return nn(e);case`problem`:{let t=Y(e.message,J);return t?{type:`problem`,message:t,file:Y(e.file,Zt),line:X(e.line)}:void 0}case`picking`:return{type:`picking`,on:e.on===!0};case`picked`:return rn(e);default:return}}var on=class{page=null;isPicking=!1;problem=null;problems=0;isAlive=!1;isThere=!1;wasLoaded=!1;#e;#t;#n;#r=``;#i=!1;constructor(e,t,n){this.#e=e,this.#t=t,this.#n=n,e.addController(this)}hostConnected(){window.addEventListener(`message`,this.#o)}hostDisconnected(){window.removeEventListener(`message`,this.#o)}get origin(){return this.#r}load(e){let t=this.#t();t&&(this.#r=new URL(e).origin,this.leave(),t.src=e)}leave(){this.isThere=this.isAlive=!1}forget(){this.leave(),this.wasLoaded=this.isPicking=this.#i=!1,this.page=this.problem=null,this.#e.requestUpdate()}loaded(){this.#r&&(this.wasLoaded=!0,this.#e.requestUpdate())}send(e){return this.isAlive&&this.#a(e)}#a(e){let t=this.#t()?.contentWindow;return t?.postMessage(en(e),this.#r),!!t}pick(e){this.#i=e&&this.send({type:`pick`,on:e}),e?this.#t()?.focus():this.send({type:`pick`,on:e}),this.isPicking&&=this.#i,this.#e.requestUpdate()}dismiss(){this.problem=null,this.#e.requestUpdate()}#o=({source:e,origin:t,data:n})=>{let r=this.#t();if(!r||t!==this.#r)return;let i=an(n),a=e===r.contentWindow||e===null&&i?.type===`gone`;i&&a&&this.#s(i)};#s(e){if(e.type===`here`)this.isAlive=!1,this.isThere=this.wasLoaded=!0,this.isPicking=this.#i=!1,this.problem=null,this.problems=0,this.#a({type:`hello`});else if(e.type===`gone`)this.leave(),this.isPicking=this.#i=!1;else if(e.type===`page`){this.isAlive=!0;let{address:t,title:n,back:r,forward:i}=e;this.page={address:t,title:n,back:r,forward:i}}else e.type===`problem`?(this.problem={message:e.message,file:e.file,line:e.line},this.problems+=1):e.type===`picking`?(this.isPicking=e.on&&this.#i,this.#i&&=e.on):this.#i&&(this.isPicking=this.#i=!1,this.#n({selection:e.selection,tag:e.tag,text:e.text}));this.#e.requestUpdate()}},sn=6e4,cn=2**31-1;function ln(e,t){let n=Math.max(0,Date.parse(e)-t);return Math.min(cn,n-Math.min(sn,n/2))}var un=43200,dn=5e3,fn=class{thread;which;url;#e;#t;#n=1/0;#r=!1;#i;#a;#o=!1;constructor(e,t,n){this.thread=e,this.which=t,this.#e=n,this.#t=new re(null,()=>void this.#u()),this.#t.begin(),e.addEventListener(`change`,this.#l)}get(){return this.url!==void 0&&Date.now()<this.#n?Promise.resolve(this.url):(this.#a??=this.#s().finally(()=>this.#a=void 0),this.#a)}end(){this.#o=!0,clearTimeout(this.#i),this.#t.end(),this.thread.removeEventListener(`change`,this.#l)}async#s(){this.url=void 0,this.#n=0;try{let e=await this.#c();return this.#t.done(),e}catch(e){let n=this.which===`built`?this.thread.built:this.thread.preview;if(e instanceof t&&e.status===403&&n)return this.#n=1/0,n.url;throw this.#t.failed(e),e}}async#c(){let{url:e,expires:t}=await this.thread.api.ask(`POST ${h}/preview/link`,{path:this.thread.path,body:{seconds:un,built:this.which===`built`}});this.url=e;let n=Math.max(dn,ln(t,Date.now()));return this.#n=Date.now()+n,clearTimeout(this.#i),this.#o||(this.#i=setTimeout(()=>{this.#n=0,this.#u()},n)),e}#l=()=>{let e=this.thread.connection.state===`live`;e&&!this.#r&&this.#u(),this.#r=e};async#u(){if(!(this.#a||Date.now()<this.#n))try{let e=await this.get();this.#o||this.#e(e)}catch{}}},pn=i`
  :host { display: grid; grid-template-rows: auto minmax(0, 1fr); block-size: 100% }
  .stage { position: relative; overflow: hidden; background: var(--raised) }
  .sheet {
    position: absolute; inset-block-start: 0; inset-inline-start: 50%;
    inline-size: calc(var(--width) * var(--scale)); block-size: calc(var(--height) * var(--scale));
    translate: -50%; overflow: hidden;
  }
  .sheet:dir(rtl) { translate: 50% }
  .sheet[data-device] { box-shadow: var(--shadow) }
  #site {
    inline-size: var(--width); block-size: var(--height); border: 0; background: #fff;
    color-scheme: normal; transform: scale(var(--scale)); transform-origin: 0 0;
  }
  .sheet:dir(rtl) #site { transform-origin: 100% 0 }
  .hint, .built {
    position: absolute; inset-inline: 0.75rem; z-index: 1; margin-inline: auto;
    inline-size: fit-content; max-inline-size: calc(100% - 1.5rem); border: 1px solid var(--line);
    border-radius: 2rem; background: var(--card); box-shadow: var(--shadow);
  }
  .hint { inset-block-end: 0.75rem; padding: 0.4rem 1rem; border-radius: 1rem; font-size: 0.85em; pointer-events: none }
  .built { inset-block-end: 0.75rem; padding-inline: 0.9rem 0.4rem }
`,Z=l.preview,mn=class extends g{static properties={problem:{attribute:!1},count:{type:Number},watching:{type:Boolean}};static styles=[v,i`
    :host {
      position: absolute; inset-inline: 0.75rem; inset-block-end: 0.75rem; z-index: 1;
      inline-size: fit-content; max-inline-size: calc(100% - 1.5rem); margin-inline: auto;
      border: 1px solid var(--line); border-radius: 2rem; background: var(--card);
      box-shadow: var(--shadow); font-size: 0.85em;
    }
    .said {
      display: flex; gap: 0.5rem; align-items: center; padding-inline: 0.9rem 0.25rem;
    }
    p { flex: 1; min-inline-size: 0 }
    .said > nu-icon { color: var(--warn) }
  `];render(){let{problem:e,count:t}=this;return c`
      <div class="said" role="status">
        <nu-icon name="warning"></nu-icon>
        <p class="cut" title=${e.message}>
          <span class="soft">${t>1?Z.scripts(t):Z.script}:</span>
          ${e.message} <span class="mono soft" dir="ltr">${W(e)}</span></p>
        ${this.watching?a:c`
          <button class="quiet small" @click=${()=>this.send(`nu-say`,{text:Ut(Z.fixSaid,e)})}>
            ${Z.fix}</button>`}
        <button class="quiet icon" aria-label=${Z.hide}
          @click=${()=>this.dispatchEvent(new Event(`nu-hide`))}><nu-icon name="close"></nu-icon></button>
      </div>
    `}};d(`nu-preview-problem`,mn);var hn={phone:[390,844],tablet:[820,1180]};function gn(e,t,n){if(e===`full`||t<=0||n<=0)return{width:t,height:n,scale:1};let[r,i]=hn[e],a=Math.min(1,t/r);return{width:r,height:Math.min(i,n/a),scale:a}}var _n=class{#e=new ResizeObserver(()=>this.#r());#t;#n;constructor(e,t){this.#t=e,this.#n=t,e.addController(this)}hostUpdated(){let e=this.#t.renderRoot.querySelector(`.stage`);e&&this.#e.observe(e),this.#r()}hostDisconnected(){this.#e.disconnect()}#r(){let e=this.#t.renderRoot.querySelector(`.stage`),t=this.#t.renderRoot.querySelector(`.sheet`);if(!e||!t)return;let n=this.#n(),{width:r,height:i,scale:a}=gn(n,e.clientWidth,e.clientHeight);t.toggleAttribute(`data-device`,n!==`full`),t.style.setProperty(`--width`,`${r}px`),t.style.setProperty(`--height`,`${i}px`),t.style.setProperty(`--scale`,String(a))}},Q=`${h}/preview`,vn=1500,yn=1e3,bn=`allow-scripts allow-same-origin allow-forms allow-popups allow-modals allow-downloads`,$=l.preview;d(`nu-preview`,class extends g{static properties={thread:{attribute:!1},watching:{type:Boolean},device:{state:!0},which:{state:!0},link:{state:!0},dismissed:{state:!0},failed:{state:!0},renewal:{state:!0}};static styles=[v,pn];#e=new on(this,()=>this.renderRoot.querySelector(`#site`),e=>this.send(`nu-pick`,e));#t=new qt(this,()=>this.thread);#n;#r;#i=`/`;#a=!1;#o;#s;constructor(){super(),this.device=`full`,this.which=`dev`,this.link=this.dismissed=this.renewal=``,this.watching=!1,this.failed=null,new y(this,()=>this.thread),new _n(this,()=>this.device)}connectedCallback(){super.connectedCallback(),document.addEventListener(`visibilitychange`,this.#_),document.addEventListener(`keydown`,this.#T)}disconnectedCallback(){super.disconnectedCallback(),document.removeEventListener(`visibilitychange`,this.#_),document.removeEventListener(`keydown`,this.#T),this.#p()}willUpdate(){this.thread!==this.#r&&this.#f(),this.#e.page&&(this.#i=this.#e.page.address)}updated(){this.#h()}render(){let e=this.#u,{page:t,isPicking:n,isAlive:r}=this.#e;return c`
      <nu-preview-bar .page=${t} .address=${this.#i} .link=${this.#d} .device=${this.device}
        .which=${this.which} ?picking=${n} ?usable=${this.link!==``}
        ?pickable=${r&&this.which===`dev`&&!this.watching} @nu-do=${this.#S}></nu-preview-bar>
      <div class="stage" @pointerenter=${this.#_} @focusin=${this.#_}>
        <div class="sheet">
          <iframe id="site" title=${$.frame} sandbox=${bn} allow="clipboard-write"
            @load=${()=>this.#e.loaded()}></iframe>
        </div>
        ${this.renewal?c`<iframe class="unseen" title="" tabindex="-1" aria-hidden="true"
          sandbox="allow-same-origin" src=${this.renewal}></iframe>`:a}
        ${this.#c(e)}
      </div>
    `}#c({cover:e,broken:t}){let{problem:n,problems:r,isPicking:i}=this.#e,o=t&&!this.failed&&JSON.stringify(t.error)!==this.dismissed;return c`
      ${i?c`<p class="hint" role="status">${$.picking}</p>`:a}
      ${e?c`<nu-preview-cover .cover=${e} ?busy=${this.#t.isBusy} @nu-wish=${this.#v}>
        </nu-preview-cover>`:this.#l()}
      ${this.failed?c`<nu-preview-broken .error=${this.failed} label=${$.buildFailed} again ?watching=${this.watching}
        @nu-again=${this.#b} @nu-hide=${()=>this.failed=null}></nu-preview-broken>`:a}
      ${o?c`
        <nu-preview-broken .error=${t.error} label=${t.ended?$.ended:$.pageBroken}
          help=${this.#e.isAlive?$.pageBrokenHelp:``}
          ?again=${t.ended} ?watching=${this.watching} @nu-again=${this.#y}
          @nu-hide=${()=>this.dismissed=JSON.stringify(t.error)}></nu-preview-broken>`:a}
      ${n&&!o&&!this.failed&&!e?c`
        <nu-preview-problem .problem=${n} .count=${r} ?watching=${this.watching}
          @nu-hide=${()=>this.#e.dismiss()}></nu-preview-problem>`:a}
    `}#l(){let e=this.which===`built`?this.thread.built?.built:null;return e?c`
      <p class="built small">${$.builtAt} ${ie(Date.parse(e)/1e3)}
        ${this.watching?a:c`
          <button class="quiet small" ?disabled=${this.#t.isBusy} @click=${this.#b}>
            ${this.#t.isBusy?$.building:$.buildAgain}</button>`}</p>`:a}get#u(){let{exists:e,preview:t,built:n,transfer:r}=this.thread,{watching:i,which:a}=this;return Ht({exists:e,watching:i,which:a,preview:t,built:n,transfer:r,loaded:this.#e.wasLoaded})}get#d(){return this.link&&H(this.link,this.#i)}#f(){this.#p(),this.#r=this.thread;let{thread:e}=this,t=t=>n=>{if(t===this.which&&e===this.thread){if(!this.#e.wasLoaded)return void this.#g();this.link=n,this.renewal=H(n,`/favicon.ico`)}};this.#n={dev:new fn(e,`dev`,t(`dev`)),built:new fn(e,`built`,t(`built`))},this.which=`dev`,this.#m()}#p(){this.#n?.dev.end(),this.#n?.built.end(),clearTimeout(this.#o),clearTimeout(this.#s),this.#s=void 0,this.#r=void 0}#m(){this.#i=`/`,this.link=this.dismissed=this.renewal=``,this.failed=null,this.#a=!1,this.#e.forget(),this.#_()}#h(){let e=(this.which===`built`?this.thread.built:this.thread.preview)?.state===`ready`;e&&!this.#a&&(clearTimeout(this.#o),this.#e.wasLoaded?this.#o=setTimeout(()=>this.#e.isThere||void this.#g(),vn):this.#g()),e||this.#e.leave(),this.#a=e,this.thread.exists&&this.thread.connection.state===`live`&&(this.#s??=setTimeout(()=>this.#u.cover?.kind===`absent`&&void this.#v(),yn))}async#g(e=this.#i){let{which:n,thread:r}=this;try{let t=await this.#n?.[n].get();if(t===void 0||n!==this.which||r!==this.thread)return;this.link=t,this.#i=e,this.#e.load(H(t,e))}catch(e){if(r!==this.thread)return;e instanceof t&&e.status===404||this.tell(_(e),`problem`)}}#_=()=>{let e=this.thread&&this.#u.cover?.kind;document.visibilityState!==`hidden`&&this.checkVisibility({visibilityProperty:!0})&&e===`asleep`&&this.#v()};#v=async()=>{if(this.#u.cover?.kind===`unbuilt`)return this.#b();if(this.which===`built`||this.watching)return this.#g();await this.#x(()=>this.thread.api.ask(`POST ${Q}`,{path:this.thread.path}))};#y=()=>this.#x(()=>this.thread.api.ask(`POST ${Q}/restart`,{path:this.thread.path}));#b=async()=>{let{thread:e}=this;this.failed=null,await this.#x(async()=>{await e.api.ask(`POST ${Q}/build`,{path:e.path}),e===this.thread&&this.which===`built`&&await this.#g()})};#x(e){return this.#t.begin(e,e=>{let n=e instanceof t?e.reply:{},[r]=n.errors??[];r?this.failed=r:n.preview||this.tell(_(e),`problem`)})}#S=({detail:e})=>{e.what===`device`?this.device=e.device:e.what===`which`?this.#C(e.which):e.what===`pick`?this.#e.pick(!this.#e.isPicking):e.what===`go`?this.#w(e.typed):this.#e.send({type:e.what})||this.#g()};#C(e){e!==this.which&&(this.which=e,this.#m())}#w(e){let t=Nt(e,this.#e.origin,this.#i);t===void 0?this.tell($.elsewhere,`problem`):this.#e.send({type:`go`,address:t})||this.#g(t)}#T=e=>{e.key===`Escape`&&this.#e.isPicking&&this.#e.pick(!1)}});export{b as i,C as n,S as r,ln as t};