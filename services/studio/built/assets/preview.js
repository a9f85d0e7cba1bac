import{A as e,C as t,D as n,E as r,M as i,O as a,P as o,S as s,T as c,_ as l,f as u,g as d,h as ee,j as f,k as p,m as te,n as m,o as ne,p as re,r as ie,s as ae,u as h,v as g,w as oe,x as _,y as v}from"./toasts.js";var se=n(class extends a{constructor(){super(...arguments),this.key=e}render(e,t){return this.key=e,t}update(e,[t,n]){return t!==this.key&&(c(e),this.key=t),n}});function y(){return[...crypto.getRandomValues(new Uint8Array(16))].map(e=>e.toString(16).padStart(2,`0`)).join(``)}var ce=class{#e=``;#t=``;of(e){return this.#t&&e===this.#e||(this.#t=y()),this.#e=e,this.#t}answered(e){e>0&&e<500&&(this.#t=``)}},b=`${h}/turns`;function le(e){return e.ended?e.undone?[`redo`]:e.leftover===`offered`?[`keep`,`drop`]:e.commit?[`undo`]:e.state===`committed`?e.mode===`plan`?[`carryOut`]:[]:e.leftover===`kept`?[]:[`again`]:[`cancel`]}async function x(e,t,n,r){let i={...e.path,turn:t};n===`undo`||n===`redo`?await e.api.ask(`POST ${b}/{turn}/${n}`,{path:i,body:r?{others:r}:{}}):await e.api.ask(`POST ${b}/{turn}/${n}`,{path:i,body:{}}),e.show((await e.api.ask(`GET ${b}/{turn}`,{path:i})).turn)}async function ue(e,t,n,r){let i={...e.path,turn:t,permission:n};await e.api.ask(`POST ${b}/{turn}/permissions/{permission}`,{path:i,body:{allow:r}})}async function de(e,{instruction:t},n,r){let i={instruction:t,mode:r,...n&&{selection:n}};e.show((await S(e,i,y())).turn)}function S(e,t,n){let r={"Idempotency-Key":n};return e.api.ask(`POST ${b}`,{path:e.path,body:t,headers:r})}var fe=[`image/png`,`image/jpeg`,`image/gif`,`image/webp`],pe=5242880;function me(e,n){let r=[],i=``;for(let a of e)fe.includes(a.type)?a.size>pe?i||=t.chat.tooLarge(a.name):n+r.length>=4?i||=t.chat.tooMany(4):r.push(a):i||=t.chat.noImage(a.name);return{taken:r,problem:i}}function he(e){return[...e?.files??[]]}function ge(e){return new Promise((t,n)=>{let r=new FileReader;r.onload=()=>{let n=r.result;t({mediaType:e.type,data:n.slice(n.indexOf(`,`)+1)})},r.onerror=()=>n(r.error),r.readAsDataURL(e)})}var _e=class extends d{static properties={attached:{state:!0}};static styles=[v,o`
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
    `];constructor(){super(),this.attached=[]}get files(){return this.attached.map(({file:e})=>e)}add(e){let{taken:t,problem:n}=me(e,this.attached.length),r=t.map(e=>({file:e,address:URL.createObjectURL(e)}));return this.attached=[...this.attached,...r],n}clear(){for(let{address:e}of this.attached)URL.revokeObjectURL(e);this.attached=[]}disconnectedCallback(){super.disconnectedCallback(),this.clear()}render(){return this.attached.length?i`<ul>${this.attached.map(e=>i`
      <li>
        <img src=${e.address} alt=${e.file.name} />
        <button type="button" class="icon" aria-label=${t.chat.removeImage(e.file.name)}
          @click=${()=>this.#e(e)}><nu-icon name="close"></nu-icon></button>
      </li>
    `)}</ul>`:e}#e(e){URL.revokeObjectURL(e.address),this.attached=this.attached.filter(t=>t!==e),this.send(`nu-write`)}};g(`nu-attachments`,_e);var ve=o`
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
`;function C({client:e,user:t,thread:n}){return`nurseryd.draft.${e}/${t}/${n}`}function ye(e){try{return sessionStorage.getItem(C(e))??``}catch{return``}}function be(e,t){try{t?sessionStorage.setItem(C(e),t):sessionStorage.removeItem(C(e))}catch{}}var w=t.chat,xe=`en`;function Se(e){if(e.undone)return w.undone;if(e.state===`committed`&&!e.commit)return e.mode===`execute`?w.nothingChanged:w.states.committed;let t=w.states[e.state]??e.state,n=Ce(e);return n?w.settled(t,w.became[n]):t}function Ce({leftover:e}){return e===`kept`||e===`dropped`?e:void 0}function we({usage:e,started:t,finished:n,ended:r}){let i=e.inputTokens+e.outputTokens+e.cacheReadTokens+e.cacheWriteTokens,a=r&&t&&n?(Date.parse(n)-Date.parse(t))/1e3:0;return[a?ae(a,!0):``,e.cost?T(e.cost):``,i?w.tokens(i.toLocaleString(xe)):``,i?e.model??``:``].filter(Boolean)}function Te(e){let t=e.state===`cancelled`&&Ce(e)!==void 0,n=(e.ended?e.broken.map(({message:e})=>e):[]).filter(t=>!e.error?.includes(t));return[t?``:e.error??``,...n].filter(Boolean)}function Ee(e){let t=e.map(({ended:e})=>e).filter(e=>e!==null),[n]=e;return!n||t.length<e.length?null:Math.max(...t)-n.began}function T(e){return`$${e.toFixed(e<1?4:2)}`}function De({threads:e,budgets:t},n){let r=e.find(({threadId:e})=>e===n)?.cost??0,i=t.thread===null?1/0:t.thread-r,a=Math.min(i,t.leftToday??1/0);return[r?w.cost(T(r)):``,a===1/0?``:a>0?w.left(T(a)):w.nothingLeft].filter(Boolean)}function Oe(e,t,n,r){let i=e.filter((t,n)=>t!==e[n+1]),a=t===``?i.length:r;if(a===null||t!==``&&i[a]!==t)return null;let o=a+n;return o<0||o>i.length?null:{at:o,text:i[o]??``}}function ke({file:e,line:t,html:n}){let r=/^\s*<([a-z][\w-]{0,40})/i.exec(n??``)?.[1],i=m(e),a=t?`${i}:${t}`:i;return r?`<${r.toLowerCase()}> ${a}`:a}var E=t.chat,Ae=2e4,je=[`execute`,`plan`,`analyze`],Me=class extends d{static properties={thread:{attribute:!1},selection:{attribute:!1},usage:{attribute:!1},problem:{state:!0},sending:{state:!0},dropping:{state:!0}};static styles=[v,ve,o`:host { position: relative }`];#e=new ce;#t=null;constructor(){super(),this.selection=this.usage=null,this.problem=``,this.sending=this.dropping=!1,new l(this,()=>this.thread)}say(e){this.#o(e),this.focus()}dragged(e){e.dataTransfer?.types.includes(`Files`)&&(e.preventDefault(),this.dropping=e.type===`dragover`,e.type===`drop`&&this.#p(he(e.dataTransfer)))}focus(){this.#r?.focus(),requestAnimationFrame(()=>this.#r?.focus())}render(){let t=re(this.thread.conversation),n=this.usage?De(this.usage,this.thread.key.thread):[];return i`
      <form class=${this.dropping?`dropping`:``} @submit=${this.#l}>
        <label for="instruction">${E.ask}</label>
        <div class="box">
          ${this.#n()}
          <nu-attachments></nu-attachments>
          <textarea id="instruction" rows="1" maxlength=${Ae} placeholder=${E.placeholder}
            aria-describedby="hint" @input=${this.#s} @keydown=${this.#c}
            @paste=${this.#h}></textarea>
          <div class="tools">
            <button type="button" class="quiet icon" aria-label=${E.image} title=${E.image}
              @click=${()=>this.#i?.click()}><nu-icon name="image"></nu-icon></button>
            <input type="file" hidden multiple accept=${fe.join()} @change=${this.#m} />
            <select id="mode" aria-label=${E.mode} class="quiet small">
              ${je.map(e=>i`<option value=${e}>${E.modes[e]}</option>`)}
            </select>
            <span class="ends">
              ${t?i`<button type="button" class="danger" @click=${()=>this.#d(t.id)}>
                <nu-icon name="stop"></nu-icon>${E.stop}</button>`:e}
              <button class="primary" ?disabled=${this.sending}>
                <nu-icon name="send"></nu-icon>${E.send}</button>
            </span>
          </div>
          ${this.dropping?i`<p class="drop">${E.dropHere}</p>`:e}
        </div>
        <p id="problem" class="bad small" role="alert">${this.problem}</p>
        <p id="hint" class="soft small">
          <span>${t?E.queues:``}</span>
          <span class="money">${n.join(` · `)}</span>
        </p>
      </form>
    `}#n(){let{selection:t}=this;return t?i`
      <p class="chip small">
        <nu-icon name="pick"></nu-icon><span class="unseen">${E.pointsAt}</span>
        <span class="mono cut">${ke(t)}</span>
        <button type="button" class="quiet icon" aria-label=${E.removeSelection}
          @click=${this.#f}><nu-icon name="close"></nu-icon></button>
      </p>
    `:e}firstUpdated(){this.#o(ye(this.thread.key))}get#r(){return this.renderRoot.querySelector(`textarea`)}get#i(){return this.renderRoot.querySelector(`input[type=file]`)}get#a(){return this.renderRoot.querySelector(`nu-attachments`)}#o(e){let t=this.#r;t&&(t.value=e,t.setSelectionRange(e.length,e.length),this.#s())}#s=()=>{let e=this.#r;be(this.thread.key,e.value),e.style.blockSize=`auto`,e.style.blockSize=`${e.scrollHeight}px`};#c=e=>{let t=this.#r;if(!(e.isComposing||e.keyCode===229)){if(e.key===`Enter`&&!e.shiftKey)e.preventDefault(),this.#u();else if(e.key===`ArrowUp`||e.key===`ArrowDown`){let n=Oe(this.thread.conversation.turns.map(({instruction:e})=>e),t.value,e.key===`ArrowUp`?-1:1,this.#t);if(!n)return;e.preventDefault(),this.#t=n.at,this.#o(n.text)}}};#l=e=>{e.preventDefault(),this.#u()};async#u(){let e=this.#r,{selection:t}=this,n=e.value;if(!this.sending&&n.trim()){this.sending=!0,this.problem=``;try{let r=this.renderRoot.querySelector(`select`)?.value,i=await Promise.all(this.#a.files.map(ge)),a={instruction:n.trim(),mode:r,images:i};t&&(a.selection=t);let o=this.#e.of(JSON.stringify(a)),{turn:s}=await S(this.thread,a,o);this.#e.answered(200),this.#a.clear(),e.value===n&&this.#o(``),this.selection===t&&this.send(`nu-unpick`),this.#t=null,this.thread.show(s),this.send(`nu-sent`)}catch(e){this.#e.answered(e instanceof _?e.status:400),this.problem=s(e)}finally{this.sending=!1}}}async#d(e){this.problem=``,this.focus();try{await x(this.thread,e,`cancel`,!1)}catch(e){this.problem=s(e)}}#f=()=>{this.send(`nu-unpick`),this.focus()};#p(e){this.problem=this.#a.add(e)}#m=()=>{let e=this.#i;this.#p([...e.files??[]]),e.value=``,this.focus()};#h=e=>{let t=he(e.clipboardData);t.length&&!e.clipboardData?.getData(`text`)&&(e.preventDefault(),this.#p(t))}};g(`nu-composer`,Me);var Ne=60,Pe=class{away=!1;#e;#t;#n=new ResizeObserver(()=>this.#s());#r=null;#i=0;#a=null;constructor(e,t){this.#e=e,this.#t=t,e.addController(this)}hostDisconnected(){this.watch(null)}watch(e){if(e===this.#r)return;this.#n.disconnect(),this.#r=e;let t=e&&this.#t();e&&t&&(this.#n.observe(e),this.#n.observe(t))}scrolled=()=>{let e=this.#t()?.scrollTop??0;this.#o()?e<this.#i&&this.#c(!0):this.#c(!1),this.#i=e};clicked=e=>{e.composedPath().some(e=>e instanceof Element&&e.localName===`summary`)&&this.#c(!0)};toEnd(){this.#c(!1),this.#s()}hold(){let e=this.#t();this.#a=e&&e.scrollHeight-e.scrollTop}#o(){let e=this.#t();return e?e.scrollHeight-e.scrollTop-e.clientHeight>Ne:!1}#s(){let e=this.#t();e&&(this.#a===null?this.away?this.#c(this.#o()):e.scrollTop=e.scrollHeight:(e.scrollTop=e.scrollHeight-this.#a,this.#a=null))}#c(e){e!==this.away&&(this.away=e,this.#e.requestUpdate())}},Fe={},Ie=n(class extends a{constructor(){super(...arguments),this.ot=Fe}render(e,t){return t()}update(e,[t,n]){if(Array.isArray(t)){if(Array.isArray(this.ot)&&this.ot.length===t.length&&t.every((e,t)=>e===this.ot[t]))return f}else if(this.ot===t)return f;return this.ot=Array.isArray(t)?Array.from(t):t,this.render(t,n)}}),Le={added:`+`,removed:`−`,same:``,hunk:``,note:``};function Re(e){return i`
    <colgroup><col class="number" /><col class="number" /><col class="sign" /><col /></colgroup>
    ${Be(2)}
    <tbody>${e.map(e=>Ve(e,4)??i`
      <tr class=${e.kind}>
        <td class="number">${e.old}</td><td class="number">${e.new}</td>
        <td class="sign">${Le[e.kind]}</td><td class="text">${m(e.text)}</td>
      </tr>`)}</tbody>
  `}function ze(e){return i`
    <colgroup><col class="number" /><col class="sign" /><col /><col class="number" /><col class="sign" /><col /></colgroup>
    <thead class="unseen"><tr>
      <th colspan="3">${t.git.before}</th><th colspan="3">${t.git.after}</th>
    </tr></thead>
    <tbody>${e.map(({left:e,right:t})=>Ve(e,6)??i`
      <tr>${He(e,e?.old)}${He(t,t?.new)}</tr>`)}</tbody>
  `}function Be(e){return i`<thead class="unseen"><tr>
    <th>${t.git.before}</th><th>${t.git.after}</th><td colspan=${e}></td>
  </tr></thead>`}function Ve(e,n){if(e?.kind===`note`)return i`<tr class="note"><td colspan=${n}>${m(e.text)}</td></tr>`;if(e?.kind!==`hunk`)return;let r=t.git.hunk(e.new??1);return i`<tr class="hunk"><td colspan=${n}>${r} ${m(e.text)}</td></tr>`}function He(e,t){if(!e)return i`<td class="nothing" colspan="3"></td>`;let n=e.kind===`same`?``:e.kind;return i`
    <td class="number ${n}">${t}</td><td class="sign ${n}">${Le[e.kind]}</td>
    <td class="text ${n}">${m(e.text)}</td>
  `}var Ue=/^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/;function We(e){let t=[],n=0,r=0,[i,a]=[0,0];for(let o of e.replace(/\n$/,``).split(`
`)){if(i<=0&&a<=0){let e=Ue.exec(o);e?([n,r]=[Number(e[1]),Number(e[3])],[i,a]=[Number(e[2]??1),Number(e[4]??1)],t.push({kind:`hunk`,text:e[5]??``,old:n,new:r})):t.length&&o.startsWith(`\\`)&&t.push({kind:`note`,text:o.slice(2)});continue}let e=o.slice(1);o.startsWith(`+`)?(t.push({kind:`added`,text:e,new:r++}),--a):o.startsWith(`-`)?(t.push({kind:`removed`,text:e,old:n++}),--i):o.startsWith(`\\`)?t.push({kind:`note`,text:o.slice(2)}):(t.push({kind:`same`,text:e,old:n++,new:r++}),--i,--a)}return t}function Ge(e){let t=[],n=[],r=[],i=()=>{for(let e=0;e<Math.max(n.length,r.length);e+=1){let[i,a]=[n[e],r[e]];t.push({...i&&{left:i},...a&&{right:a}})}[n,r]=[[],[]]};for(let a of e)a.kind===`removed`?(r.length&&i(),n.push(a)):a.kind===`added`?r.push(a):(i(),t.push(a.kind===`note`?{left:a}:{left:a,right:a}));return i(),t}var Ke=o`
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
`,qe=860,Je=480,Ye=300,Xe=12,D=1e3;g(`nu-diff`,class extends d{static properties={files:{attribute:!1},truncated:{type:Boolean},narrow:{type:Boolean,reflect:!0},bare:{type:Boolean,reflect:!0},wide:{state:!0}};static styles=[v,Ke];#e=new Map;#t=new Map;#n=new WeakMap;#r=new ResizeObserver(([e])=>{let t=e?.contentRect.width??0;t!==0&&requestAnimationFrame(()=>{this.wide=t>=qe,this.narrow=t<Je})});constructor(){super(),this.files=[],this.truncated=this.narrow=this.bare=this.wide=!1}connectedCallback(){super.connectedCallback(),this.#r.observe(this)}disconnectedCallback(){super.disconnectedCallback(),this.#r.disconnect()}willUpdate(e){e.has(`files`)&&this.#t.clear()}render(){return i`
      ${this.files.length?e:i`<p class="soft">${t.git.noDiff}</p>`}
      ${this.files.map((e,t)=>this.#i(e,t))}
      ${this.truncated?i`<p class="warn small">${t.git.truncated}</p>`:e}
    `}#i(n,r){let a=this.#e.get(n.path)??this.#a(n),o=m(n.path);return i`
      <section class="file" role="group" aria-label=${o}>
        <h3><button class="head" aria-expanded=${a} aria-controls="lines-${r}" @click=${()=>{this.#e.set(n.path,!a),this.requestUpdate()}}>
          <nu-icon name="down"></nu-icon>
          <span class="grow">
            <span class="path mono">${o}</span>
            ${n.oldPath&&n.oldPath!==n.path?i`<span class="soft small path">${t.git.renamed(m(n.oldPath))}</span>`:e}
          </span>
          <span class="small change ${n.change}">${t.git.change[n.change]}</span>
          ${n.binary?e:i`
            <span class="counts" role="img" aria-label=${t.git.linesOf(n.added,n.deleted)}>
              <span class="good">+${n.added}</span> <span class="bad">−${n.deleted}</span>
            </span>`}
        </button></h3>
        <div class="lines" id="lines-${r}" ?hidden=${!a}>${a?this.#o(n,o):e}</div>
      </section>
    `}#a(e){let t=e.added+e.deleted;return this.bare||this.files.length<=Xe&&t>0&&t<=Ye}#o(n,r){if(n.binary)return i`<p class="said soft">${t.git.binary}</p>`;let a=this.#n.get(n)??We(n.patch);if(this.#n.set(n,a),!a.length){let e=n.patch!==``||n.change===`renamed`;return i`<p class="said soft">${e?t.git.noDiff:t.git.noPatch}</p>`}let o=this.#t.get(n.path)??D,s=a.slice(0,o),c=a.length-s.length,l=()=>{this.#t.set(n.path,o+D),this.requestUpdate()},u=this.wide&&(n.change===`modified`||n.change===`renamed`);return i`
      <table class=${u?`split`:``} aria-label=${t.git.diffOf(r)}>
        ${u?ze(Ge(s)):Re(s)}
      </table>
      ${c?i`<div class="more">
        <button @click=${l}>${t.git.more(Math.min(D,c),c)}</button>
      </div>`:e}
    `}});var Ze=class extends d{static properties={thread:{attribute:!1},turn:{attribute:!1},told:{attribute:!1},read:{state:!0}};static styles=[v,o`
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
    `];constructor(){super(),this.read=new Map}willUpdate(e){let t=e.get(`turn`);t&&O(t)!==O(this.turn)&&(this.read=new Map)}render(){let n=[...new Set([...this.turn.files,...this.told.files.keys()])];return n.length?i`
      <ul class="files" aria-label=${t.chat.files}>
        ${n.map(e=>this.#e(e))}
      </ul>
    `:e}#e(e){let n=this.told.files.get(e)??`modified`,r=n===`modified`?``:t.chat.changes[n],a=m(e);return!this.turn.base||!O(this.turn)?i`
        <li><div class="path mono" data-change=${n} data-mark=${r}>${a}</div></li>
      `:i`
      <li>
        <details @toggle=${t=>this.#n(t,e)}>
          <summary class="path mono" data-change=${n} data-mark=${r}>${a}</summary>
          ${this.#t(e)}
        </details>
      </li>
    `}#t(n){let r=this.read.get(n);return r===void 0?e:r===`reading`?i`<p class="small soft">${t.chat.diffComes}</p>`:`problem`in r?i`<p class="small bad" role="alert">${r.problem}</p>`:r.diff.length?i`<nu-diff bare .files=${r.diff}></nu-diff>`:i`<p class="small soft">${t.chat.noDiff}</p>`}async#n(e,t){let{open:n}=e.target,r=this.read.get(t);if(!n||r===`reading`||r&&`diff`in r&&this.turn.ended)return;this.#r(t,`reading`);let i=O(this.turn),a={base:this.turn.base,path:[t],...i===Qe?{}:{target:i}};try{let e=await this.thread.api.ask(`GET ${h}/diff`,{path:this.thread.path,query:a});this.#r(t,{diff:e.diff.files})}catch(e){this.#r(t,{problem:s(e)})}}#r(e,t){this.read=new Map(this.read).set(e,t)}},Qe=`worktree`;function O({commit:e,saved:t,ended:n}){return e??t??(n?null:Qe)}g(`nu-turn-files`,Ze);function $e({api:e,path:t},n){let r=e.address(`${h}/events`,t);return new Promise((t,i)=>{let a=ee(),o=u(e,r,{after:()=>String(n.firstEvent-1),hear(e,r){let i=r;i.turn===n.id&&(a=te(a,e,i),e===`turn.finished`&&(o(),t(a)))},state(e){e.state===`refused`&&i(e.problem),e.state===`lost`&&(o(),i(Error(e.why)))}})})}var k=t.chat;function et(t,n){let r=Ee(t),a=t.filter(({ok:e})=>e===!1).length;return i`
    <details class="steps" ?open=${n}>
      <summary class="small soft">
        <span>${k.steps(t.length)}</span>
        ${a?i`<span class="bad">· ${k.failedSteps(a)}</span>`:e}
        ${r===null||r<.1?e:i`<span>· ${ae(r,!0)}</span>`}
      </summary>
      <ul>${t.map(tt)}</ul>
    </details>
  `}function tt({tool:t,summary:n,ok:r,problem:a}){return i`
    <li class="step small" data-ok=${String(r)}>
      <nu-icon name=${r===null?`more`:r?`check`:`close`}></nu-icon>
      <span class="unseen">${k.stepStates[`${r}`]}:</span>
      <span><b>${m(t)}</b>
        ${n?i`<span class="soft">${m(n)}</span>`:e}
        ${a?i`<span class="bad why">${ie(a)}</span>`:e}</span>
    </li>
  `}function nt({pages:e,errors:t,skipped:n}){let r=e?.join(` `)??``;return e===null?A(`more`,`soft`,k.checking):n?A(`warning`,`warn`,k.skipped(n)):t.length?A(`warning`,`warn`,k.broken(r)):r?A(`check`,`soft`,k.checked(r)):i``}function rt(e){return A(`edit`,`soft`,k.repairing(e))}function A(e,t,n){return i`
    <div class="check small ${t}"><nu-icon name=${e}></nu-icon><span>${n}</span></div>
  `}var it=o`
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
`,at=o`
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
`,ot="(`{1,4})([^`](?:.{0,2000}?[^`])??)\\1(?!`)|\\[([^\\]\\n]{1,500})\\]\\((<?[^\\s()]{1,2000}>?)\\)|(https?:\\/\\/[^\\s<>\"'`]{1,2000})|\\*\\*(?=\\S)([^\\n]{1,2000}?\\S|\\S)\\*\\*|\\*(?=[^\\s*])([^*\\n]{0,2000}?[^\\s*])\\*|(?<!\\w)_(?=[^\\s_])([^_\\n]{0,2000}?[^\\s_])_(?!\\w)";function j(e,t=!1){let n=[],r=0;for(let i of e.matchAll(new RegExp(ot,`gs`))){let a=st(i,t);a&&(i.index>r&&n.push({kind:`text`,text:e.slice(r,i.index)}),n.push(a.inline),r=i.index+a.length)}return r<e.length&&n.push({kind:`text`,text:e.slice(r)}),n}function st(e,t){let[n,r,i,a,o,s,c,l,u]=e,{length:d}=n;if(r!==void 0)return{length:d,inline:{kind:`code`,text:i.replaceAll(`
`,` `).replace(/^ (.*\S.*) $/,`$1`)}};if(a!==void 0){let e=ct(o.replace(/^<|>$/g,``));return!e||t?null:{length:d,inline:{kind:`link`,to:e,words:j(a,!0)}}}if(s!==void 0){let e=s.replace(/[.,;:!?)\]}*_]+$/,``),n=ct(e);if(!n||t)return null;let r=[{kind:`text`,text:e}];return{length:e.length,inline:{kind:`link`,to:n,words:r}}}return c===void 0?{length:d,inline:{kind:`emphasis`,words:j(l??u,t)}}:{length:d,inline:{kind:`strong`,words:j(c,t)}}}function ct(e){try{let t=new URL(e);return t.protocol===`http:`||t.protocol===`https:`?t.href:null}catch{return null}}var lt=/^\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?)?$/;function ut(e,t){let n=e[t],r=e[t+1];return!n?.includes(`|`)||r===void 0||!lt.test(r.trim())?!1:M(n).length===M(r).length}function dt(e,t){let n=M(e[t]).map(e=>j(e)),r=t+2,i=[];for(;e[r]?.includes(`|`);){let t=M(e[r]);i.push(n.map((e,n)=>j(t[n]??``))),r+=1}return[{kind:`table`,head:n,rows:i},r]}function M(e){return e.trim().replace(/^\|/,``).replace(/(?<!\\)\|$/,``).split(/(?<!\\)\|/).map(e=>e.trim().replaceAll(`\\|`,`|`))}var N=/^\s{0,3}(`{3,}(?!`)|~{3,}(?!~))(?=[^`]*$)\s*([\w+#.-]*)/,P=/^\s{0,3}#{1,6}\s(.*)$/,ft=/^\s{0,3}([-*_])(?:\s*\1){2,}\s*$/,F=/^\s{0,3}>\s?/,I=/^(\s{0,3})([-*+]|(\d{1,9})[.)])(\s+)(.*)$/,pt=8;function L(e,t=0){let n=e.replaceAll(`\r
`,`
`).split(`
`),r=[],i=0;for(;i<n.length;){let e=n[i],a;if(!e.trim()){i+=1;continue}N.test(e)?a=ht(n,i):P.test(e)?a=[{kind:`heading`,words:j(mt(P.exec(e)?.[1]??``))},i+1]:ft.test(e)?a=[{kind:`rule`},i+1]:t<pt&&F.test(e)?a=gt(n,i,t):t<pt&&I.test(e)?a=_t(n,i,t):ut(n,i)&&(a=dt(n,i));let[o,s]=a??bt(n,i);r.push(o),i=s}return r}function mt(e){let t=e.trim(),n=t.length;for(;t[n-1]===`#`;)--n;return n===0||/\s/.test(t[n-1])?t.slice(0,n).trimEnd():t}function ht(e,t){let[,n=``,r=``]=N.exec(e[t])??[],i=t+1,a=e=>{let t=e.trim();return t.length>=n.length&&t===n[0].repeat(t.length)};for(;i<e.length&&!a(e[i]);)i+=1;return[{kind:`code`,language:r,text:e.slice(t+1,i).join(`
`)},i+1]}function gt(e,t,n){let r=t;for(;r<e.length&&F.test(e[r]);)r+=1;return[{kind:`quote`,blocks:L(e.slice(t,r).map(e=>e.replace(F,``)).join(`
`),n+1)},r]}function _t(e,t,n){let[,,,r]=I.exec(e[t])??[],i=[],a=t;for(;a<e.length;){let t=I.exec(e[a]);if(!t||t[3]===void 0!=(r===void 0))break;let[,o=``,s=``,,c=``,l=``]=t,u=o.length+s.length+Math.min(c.length,4),d=[l];for(a+=1;a<e.length&&vt(e,a,o.length);)d.push(yt(e[a],u)),a+=1;for(;d.at(-1)===``;)d.pop();i.push(L(d.join(`
`),n+1))}return[{kind:`list`,start:r===void 0?null:Number(r),items:i},a]}function vt(e,t,n){let r=e[t],i=e=>e.length-e.trimStart().length>n+1;if(!r.trim()){if(!e[t-1].trim())return!0;let n=t+1;for(;n<e.length&&!e[n].trim();)n+=1;let r=e[n];return r!==void 0&&(i(r)||I.test(r))}return i(r)||!(xt(r)||!e[t-1].trim())}function yt(e,t){let n=e.length-e.trimStart().length;return e.slice(Math.min(n,t))}function bt(e,t){let n=e=>e?.trim()&&!xt(e),r=t+1;for(;n(e[r])&&!ut(e,r);)r+=1;return[{kind:`paragraph`,words:j(e.slice(t,r).map(e=>e.trim()).join(`
`))},r]}function xt(e){return[N,P,ft,F,I].some(t=>t.test(e))}function St(e){return L(e).map(e=>wt(e,()=>R(e)))}var Ct=o`
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
`;function wt(e,t){return Ie([JSON.stringify(e)],t)}function R(e){switch(e.kind){case`paragraph`:return i`<p dir="auto">${e.words.map(z)}</p>`;case`heading`:return i`<h4 dir="auto">${e.words.map(z)}</h4>`;case`code`:return i`<pre tabindex="0"><code>${e.text}</code></pre>`;case`quote`:return i`<blockquote>${e.blocks.map(R)}</blockquote>`;case`rule`:return i`<hr />`;case`list`:return Tt(e);case`table`:return Et(e)}}function Tt({start:e,items:t}){let n=t.map(e=>wt(e,()=>i`<li>${e.map(Dt)}</li>`));return e===null?i`<ul class="list">${n}</ul>`:i`<ol class="list" start=${e}>${n}</ol>`}function Et({head:e,rows:t}){return i`
    <div class="wide" tabindex="0" role="group"><table>
      <thead><tr>${e.map(e=>i`<th dir="auto">${e.map(z)}</th>`)}</tr></thead>
      <tbody>${t.map(e=>i`
        <tr>${e.map(e=>i`<td dir="auto">${e.map(z)}</td>`)}</tr>`)}</tbody>
    </table></div>
  `}function Dt(e){return e.kind===`paragraph`?i`<span dir="auto">${e.words.map(z)}</span>`:R(e)}function z(e){switch(e.kind){case`text`:return e.text;case`code`:return i`<code>${e.text}</code>`;case`strong`:return i`<strong>${e.words.map(z)}</strong>`;case`emphasis`:return i`<em>${e.words.map(z)}</em>`;case`link`:return i`<a href=${e.to} target="_blank" rel="noopener noreferrer nofollow"
        >${e.words.map(z)}</a>`}}var B=t.chat,Ot={undo:`undo`,redo:`redo`,again:`reload`,carryOut:`play`};g(`nu-turn`,class extends d{static properties={thread:{attribute:!1},turn:{attribute:!1},told:{attribute:!1},watching:{attribute:!1},problem:{state:!0},others:{state:!0},busy:{state:!0},copied:{state:!0},reheard:{state:!0}};static styles=[v,Ct,it,at];constructor(){super(),this.problem=``,this.others=this.reheard=null,this.watching=this.busy=this.copied=!1}render(){let{turn:e}=this,t=this.#e,n=Te(e);return i`
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
    `}get#e(){return this.reheard??this.told}#t(){let{selection:t,images:n}=this.#e,{mode:r}=this.turn,a=[r===`execute`?``:B.modes[r],t?ke(t):``,n?B.images(n):``].filter(Boolean);return a.length?i`
      <div class="row">${a.map(e=>i`<span class="badge">${e}</span>`)}</div>
    `:e}#n(e,t){switch(e.kind){case`text`:return i`${Ie([e.text],()=>St(e.text))}`;case`steps`:return et(e.steps,t&&!this.turn.ended);case`check`:return nt(e);case`repair`:return rt(e.repair)}}#r({permission:e,tool:t,summary:n}){let r=t=>()=>this.#s(async()=>{await ue(this.thread,this.turn.id,e,t)});return i`
      <div class="permission card" role="group" aria-label=${B.may(m(t))}>
        <p><b>${B.may(m(t))}</b> ${m(n)}</p>
        <div class="row" ?hidden=${this.watching}>
          <button class="primary" ?disabled=${this.busy} @click=${r(!0)}>${B.allow}</button>
          <button ?disabled=${this.busy} @click=${r(!1)}>${B.deny}</button>
        </div>
      </div>
    `}#i(){let{turn:t}=this,n=oe(this.watching?[]:le(t),e=>e,t=>i`
      <button class=${t===`keep`?``:`quiet`} data-do=${t} ?disabled=${this.busy}
        @click=${()=>this.#o(t)}>
        ${Ot[t]?i`<nu-icon name=${Ot[t]}></nu-icon>`:e}${B[t]}
      </button>
    `),r=t.ended&&t.started&&this.#e.whole&&i`
      <button class="quiet icon" aria-label=${B.showSteps} title=${B.showSteps}
        ?disabled=${this.busy} @click=${this.#c}><nu-icon name="more"></nu-icon></button>
    `,a=t.ended&&t.output&&i`
      <button class="quiet icon" aria-label=${this.copied?B.copied:B.copy}
        @click=${this.#l}>
        <nu-icon name=${this.copied?`check`:`copy`}></nu-icon>
      </button>
    `;return i`
      <div class="foot small">
        <p class="facts soft"><span class="state">${Se(t)}</span>${we(t).map(e=>i` · <bdi>${e}</bdi>`)}</p>
        <div class="actions">${n}${r||e}${a||e}</div>
      </div>
    `}#a(){let{others:t}=this;return t?i`
      <button class="danger" ?disabled=${this.busy} @click=${()=>this.#o(t.what,!0)}>
        ${B.withOthers(B[t.what],t.count)}
      </button>
    `:e}#o(e,t=!1){let{thread:n,turn:r}=this;if(e===`carryOut`)return this.#s(()=>de(n,r,null,`execute`));if(e===`again`){let e=this.#e.selection;return this.#s(()=>de(n,r,e,r.mode))}return this.#s(()=>x(n,r.id,e,t),e)}async#s(e,t){if(this.busy)return;let n=this.renderRoot.activeElement;this.busy=!0,this.problem=``,this.others=null;try{await e()}catch(e){this.problem=s(e);let n=e instanceof _&&e.reply.others;n&&n.length&&(t===`undo`||t===`redo`)&&(this.others={what:t,count:n.length})}finally{this.busy=!1,this.thread.refresh(),await this.updateComplete,n?.isConnected?n.focus():n&&this.send(`nu-write`)}}#c=()=>this.#s(async()=>{this.reheard=await $e(this.thread,this.turn)});#l=async()=>{try{await navigator.clipboard.writeText(this.turn.output),this.copied=!0,setTimeout(()=>this.copied=!1,2e3)}catch{this.tell(B.cannotCopy,`problem`)}}});var V=t.chat,kt=class extends d{static properties={thread:{attribute:!1},selection:{attribute:!1},usage:{state:!0},eager:{type:Boolean},watching:{type:Boolean},news:{state:!0},reading:{state:!0}};static styles=[v,o`
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
    `];#e=new Pe(this,()=>this.renderRoot.querySelector(`#turns`));#t=new Map;#n;#r=!1;#i=null;#a=e=>{let{type:t}=e.detail;(t===`turn.finished`||t===`usage`)&&this.#u()};constructor(){super(),this.selection=this.usage=null,this.news=``,this.eager=this.watching=this.reading=!1,new l(this,()=>this.thread);for(let e of[`dragover`,`dragleave`,`drop`])this.addEventListener(e,e=>this.#s?.dragged(e));this.addEventListener(`nu-write`,()=>this.#s?.focus()),this.addEventListener(`nu-unpick`,()=>this.selection=null),this.addEventListener(`nu-sent`,()=>this.#e.toEnd())}say(e){this.#s?.say(e)}disconnectedCallback(){super.disconnectedCallback(),this.#n?.removeEventListener(`happened`,this.#a),this.#n=void 0}willUpdate(){this.#n!==this.thread&&(this.#n?.removeEventListener(`happened`,this.#a),this.#n=this.thread,this.#n?.addEventListener(`happened`,this.#a),this.#t.clear(),this.news=``,this.usage=this.selection=null,this.#r=!1,this.#e.toEnd(),this.#u());for(let e of this.thread?.conversation.turns??[]){let t=Se(e),n=this.#t.get(e.id);n!==void 0&&n!==t&&(this.news=V.news(t)),this.#t.set(e.id,t)}}focus(){this.#s?.focus()}render(){let{thread:t}=this;if(!t?.exists)return e;let{turns:n,told:r,earlier:a}=t.conversation;return se(t,i`
      <div class="middle">
        <h2 class="unseen">${V.conversation}</h2>
        <div id="turns" tabindex="0" role="region" aria-label=${V.conversation}
          @scroll=${this.#e.scrolled} @click=${this.#e.clicked}>
          <div class="list">
            ${a?i`<button class="earlier" ?disabled=${this.reading}
              @click=${this.#l}>${V.earlier}</button>`:e}
            ${n.length||this.watching?e:this.#o()}
            ${oe(n,({id:e})=>e,e=>i`
              <nu-turn .thread=${t} .turn=${e} .watching=${this.watching}
                .told=${r.get(e.id)??ee()}></nu-turn>
            `)}
          </div>
        </div>
        ${this.#e.away?i`<button class="latest" @click=${this.#c}>
          <nu-icon name="down"></nu-icon>${V.latest}</button>`:e}
      </div>
      <p id="news" class="unseen" role="status">${this.news}</p>
      ${this.watching?i`<p class="watching soft small">${V.watching}</p>`:i`
        <nu-composer .thread=${t} .selection=${this.selection}
          .usage=${this.usage}></nu-composer>`}
    `)}#o(){return i`
      <div class="empty">
        <h3>${V.emptyTitle}</h3>
        <p class="soft">${V.emptyHelp}</p>
        ${V.suggestions.map(e=>i`
          <button @click=${()=>this.say(e)}>${e}</button>`)}
      </div>
    `}updated(){this.#e.watch(this.renderRoot.querySelector(`.list`)),this.selection&&this.selection!==this.#i&&this.#s?.focus(),this.#i=this.selection,!this.thread?.exists||this.#r||(this.#r=!0,this.eager&&document.activeElement===document.body&&this.#s?.focus())}get#s(){return this.renderRoot.querySelector(`nu-composer`)}#c=()=>{this.#e.toEnd(),this.#s?.focus()};#l=async()=>{this.reading=!0,this.#e.hold();try{await this.thread.earlier()}catch(e){this.tell(s(e),`problem`)}finally{this.reading=!1}};async#u(){let{thread:e}=this;if(!e)return;let{client:t,user:n}=e.key,r={client:t,user:n};try{let t=await e.api.ask(`GET /v1/usage/{client}/{user}`,{path:r});e===this.thread&&(this.usage=t)}catch{e===this.thread&&(this.usage=null)}}};g(`nu-chat`,kt);function At(e,t,n){let r=e.trim(),i=/^[a-z][a-z\d+.-]*:/i.test(r)||/^[/?#.]/.test(r)?r:`/${r}`;if(!URL.canParse(i,t+n))return;let a=new URL(i,t+n);return a.origin===t?a.pathname+a.search+a.hash:void 0}function H(e,t){let n=new URL(e),r=new URL(t,n.origin);if(r.origin!==n.origin)return e;n.pathname=r.pathname,n.hash=r.hash;for(let[e,t]of r.searchParams)n.searchParams.append(e,t);return n.href}var jt=n(class extends a{constructor(e){if(super(e),e.type!==p.PROPERTY&&e.type!==p.ATTRIBUTE&&e.type!==p.BOOLEAN_ATTRIBUTE)throw Error("The `live` directive is not allowed on child or event bindings");if(!r(e))throw Error("`live` bindings can only contain a single expression")}render(e){return e}update(t,[n]){if(n===f||n===e)return n;let r=t.element,i=t.name;if(t.type===p.PROPERTY){if(n===r[i])return f}else if(t.type===p.BOOLEAN_ATTRIBUTE){if(!!n===r.hasAttribute(i))return f}else if(t.type===p.ATTRIBUTE&&r.getAttribute(i)===n+``)return f;return c(t),n}}),Mt=[[`phone`,`phone`],[`tablet`,`tablet`],[`full`,`screen`]],U=t.preview,Nt=class extends d{static properties={page:{attribute:!1},address:{},link:{},device:{},which:{},picking:{type:Boolean},pickable:{type:Boolean},usable:{type:Boolean}};#e;static styles=[v,o`
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
  `];constructor(){super(),this.picking=this.pickable=this.usable=!1}render(){let{page:t,usable:n}=this;return i`
      <div class="bar" role="group" aria-label=${U.bar}>
        ${this.#t(`back`,!t?.back)} ${this.#t(`forward`,!t?.forward)}
        ${this.#t(`reload`,!n)}
        <form @submit=${this.#o}>
          <label class="unseen" for="address">${U.address}</label>
          <input id="address" class="field" type="text" inputmode="url" autocomplete="off"
            autocapitalize="off" spellcheck="false" enterkeyhint="go" dir="ltr"
            .value=${jt(this.#e??this.address)} @input=${this.#r} @blur=${this.#i}
            @keydown=${this.#a} ?disabled=${!n} title=${t?.title??``}>
        </form>
        <span class="gap"></span>
        ${this.#n()}
        <div class="devices" role="group" aria-label=${U.widths}>
          ${Mt.map(([e,t])=>i`
            <button class="quiet icon" aria-label=${U[e]} title=${U[e]}
              aria-pressed=${this.device===e} @click=${()=>this.#c({what:`device`,device:e})}>
              <nu-icon name=${t}></nu-icon></button>`)}
        </div>
        <select aria-label=${U.which} .value=${this.which} @change=${this.#s}>
          <option value="dev" ?selected=${this.which===`dev`}>${U.dev}</option>
          <option value="built" ?selected=${this.which===`built`}>${U.built}</option>
        </select>
        ${this.link?i`
          <a class="button" href=${this.link} target="_blank" rel="noopener noreferrer"
            aria-label=${U.open} title=${U.open}><nu-icon name="open"></nu-icon></a>`:e}
      </div>
    `}#t(e,t){return i`
      <button class="quiet icon" aria-label=${U[e]} title=${U[e]} ?disabled=${t}
        @click=${()=>this.#c({what:e})}><nu-icon name=${e}></nu-icon></button>`}#n(){let e=this.which===`built`?U.noPick:U.pick;return i`
      <button class="pick" aria-pressed=${this.picking} aria-label=${U.pick} title=${e}
        ?disabled=${!this.pickable} @click=${()=>this.#c({what:`pick`})}>
        <nu-icon name="pick"></nu-icon><span>${t.preview.pickShort}</span></button>`}#r=e=>{this.#e=e.target.value};#i=()=>{this.#e=void 0,this.requestUpdate()};#a=e=>{e.key===`Escape`&&this.#i()};#o=e=>{e.preventDefault();let t=this.#e??this.address;this.#i(),this.#c({what:`go`,typed:t})};#s=e=>{let t=e.target.value===`built`?`built`:`dev`;this.#c({what:`which`,which:t})};#c(e){this.dispatchEvent(new CustomEvent(`nu-do`,{detail:e}))}};g(`nu-preview-bar`,Nt);var Pt=e=>typeof e==`number`&&e>=0&&e<=1;function Ft(e){let t=e.total>0?e.done/e.total:null;return Pt(t)?t:null}var It={installing:`install`,starting:`start`,asleep:`asleep`};function Lt({exists:e,watching:t,which:n,preview:r,built:i,transfer:a,loaded:o}){let s=!o,c=n===`built`?i:r;if(n===`dev`&&a?.what===`clone`)return{kind:`clone`,whole:s,value:Ft(a),note:``};if(!c)return{kind:!e||t?`nothing`:n===`built`?`unbuilt`:`absent`,whole:!0,value:null,note:``};if(c.state===`ready`||c.state===`failed`)return null;let l=c.state===`installing`&&Pt(c.progress)?c.progress:null;return{kind:It[c.state],whole:s,value:l,note:c.reason}}function Rt({which:e,preview:t,built:n}){let r=e===`built`?n:t;if(!r)return null;let i=r.state===`failed`;if(i){let{reason:e}=r;return{ended:i,error:r.error??{message:e,file:``,line:null,column:null,frame:``}}}return r.error&&r.state===`ready`?{ended:i,error:r.error}:null}function zt(e){return{cover:Lt(e),broken:Rt(e)}}function W({file:e,line:t}){return e&&t?`${e}:${t}`:e}function Bt(e,t){let n=`frame`in t&&t.frame?`\n\n${t.frame}`:``,r=W(t);return`${e} ${t.message.trim()}${r?`\n${r}`:``}${n}`}var G=t.preview,Vt=class extends d{static properties={error:{attribute:!1},label:{},help:{},again:{type:Boolean},watching:{type:Boolean}};static styles=[v,o`
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
  `];render(){let{error:t}=this,n=W(t);return i`
      <section aria-labelledby="label">
        <header>
          <nu-icon name="warning"></nu-icon>
          <h2 id="label"><span role="alert">${this.label}</span></h2>
          <button class="quiet icon" aria-label=${G.hide} title=${G.hide}
            @click=${()=>this.#e(`nu-hide`)}><nu-icon name="close"></nu-icon></button>
        </header>
        <p class="message" tabindex="0">${t.message}</p>
        ${n?i`<p class="place mono soft" dir="ltr">${n}</p>`:e}
        ${t.frame?i`<pre tabindex="0" dir="ltr" aria-label=${G.source}>${t.frame}</pre>`:e}
        <div class="row">
          ${this.watching?e:i`
            <button class="primary" @click=${()=>this.send(`nu-say`,{text:Bt(G.fixSaid,t)})}>
              ${G.fix}</button>`}
          ${this.again&&!this.watching?i`<button @click=${()=>this.#e(`nu-again`)}>${G.again}</button>`:e}
          ${this.help?i`<span class="soft small">${this.help}</span>`:e}
        </div>
      </section>
    `}#e(e){this.dispatchEvent(new Event(e))}};g(`nu-preview-broken`,Vt);var K=t.preview,Ht={asleep:K.wake,absent:K.begin,unbuilt:K.build},q=e=>e in Ht,Ut=class extends d{static properties={cover:{attribute:!1},busy:{type:Boolean}};static styles=[v,o`
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
  `];updated(){this.toggleAttribute(`whole`,this.cover.whole),this.setAttribute(`kind`,this.cover.kind)}render(){let{kind:t,value:n,note:r}=this.cover,a=!q(t)&&t!==`nothing`||this.busy,o=this.busy&&t===`unbuilt`?K.building:K[t],s=n===null?``:`${Math.floor(n*100)} %`,c=t===`unbuilt`?K.unbuiltHelp:q(t)?``:r;return i`
      <div class="said">
        <div role="status"><h2>${o}</h2></div>
        ${a?i`
          ${n===null?i`<progress aria-label=${o}></progress>`:i`<progress aria-label=${o} max="1" .value=${n}></progress>`}
          ${s?i`<span class="soft small" id="percent">${s}</span>`:e}
        `:e}
        ${c?i`<p class="note soft small">${c}</p>`:e}
        ${q(t)&&!this.busy?i`
          <button class="primary" @click=${()=>this.dispatchEvent(new Event(`nu-wish`))}>
            ${Ht[t]}</button>`:e}
      </div>
    `}};g(`nu-preview-cover`,Ut);var Wt=`nurseryd`,Gt=1,Kt=2e3,qt=1e3,J=500,Jt=2e3,Yt=1e6;function Xt(e){return{source:Wt,version:Gt,...e}}var Zt=e=>typeof e==`object`&&!!e,Y=(e,t)=>typeof e==`string`?e.slice(0,t):``,X=e=>Number.isInteger(e)&&e>0&&e<=Yt?e:null;function Qt(e){let{address:t,title:n,back:r,forward:i}=e;if(!(typeof t!=`string`||!/^\/(?!\/)/.test(t)||t.length>Kt))return{type:`page`,address:t,title:Y(n,J),back:r===!0,forward:i===!0}}function $t({selection:e}){if(!Zt(e))return;let{file:t,line:n,column:r,html:i,tag:a,text:o}=e;if(!(typeof t!=`string`||!t||t.length>qt))return{type:`picked`,selection:{file:t,line:X(n),column:X(r),html:Y(i,Jt)},tag:Y(a,60),text:Y(o,J)}}function en(e){if(Zt(e)&&e.source===Wt&&e.version===Gt)switch(e.type){case`here`:return{type:`here`};case`page`:return Qt(e);case`problem`:{let t=Y(e.message,J);return t?{type:`problem`,message:t,file:Y(e.file,qt),line:X(e.line)}:void 0}case`picking`:return{type:`picking`,on:e.on===!0};case`picked`:return $t(e);default:return}}var tn=class{page=null;isPicking=!1;problem=null;problems=0;isAlive=!1;isThere=!1;wasLoaded=!1;#e;#t;#n;#r=``;#i=!1;constructor(e,t,n){this.#e=e,this.#t=t,this.#n=n,e.addController(this)}hostConnected(){window.addEventListener(`message`,this.#o)}hostDisconnected(){window.removeEventListener(`message`,this.#o)}get origin(){return this.#r}load(e){let t=this.#t();t&&(this.#r=new URL(e).origin,this.leave(),t.src=e)}leave(){this.isThere=this.isAlive=!1}forget(){this.leave(),this.wasLoaded=this.isPicking=this.#i=!1,this.page=this.problem=null,this.#e.requestUpdate()}loaded(){this.#r&&(this.wasLoaded=!0,this.#e.requestUpdate())}send(e){return this.isAlive&&this.#a(e)}#a(e){let t=this.#t()?.contentWindow;return t?.postMessage(Xt(e),this.#r),!!t}pick(e){this.#i=e&&this.send({type:`pick`,on:e}),e?this.#t()?.focus():this.send({type:`pick`,on:e}),this.isPicking&&=this.#i,this.#e.requestUpdate()}dismiss(){this.problem=null,this.#e.requestUpdate()}#o=({source:e,origin:t,data:n})=>{let r=this.#t();if(!r||e!==r.contentWindow||t!==this.#r)return;let i=en(n);i&&this.#s(i)};#s(e){if(e.type===`here`)this.isAlive=!1,this.isThere=this.wasLoaded=!0,this.isPicking=this.#i=!1,this.problem=null,this.problems=0,this.#a({type:`hello`});else if(e.type===`page`){this.isAlive=!0;let{address:t,title:n,back:r,forward:i}=e;this.page={address:t,title:n,back:r,forward:i}}else e.type===`problem`?(this.problem={message:e.message,file:e.file,line:e.line},this.problems+=1):e.type===`picking`?(this.isPicking=e.on&&this.#i,this.#i&&=e.on):this.#i&&(this.isPicking=this.#i=!1,this.#n({selection:e.selection,tag:e.tag,text:e.text}));this.#e.requestUpdate()}},nn=6e4,rn=2**31-1;function an(e,t){let n=Math.max(0,Date.parse(e)-t);return Math.min(rn,n-Math.min(nn,n/2))}var on=43200,sn=class{thread;which;url;#e;#t;#n;#r=!1;constructor(e,t,n){this.thread=e,this.which=t,this.#e=n}get(){return this.url===void 0?(this.#n??=this.#i().finally(()=>this.#n=void 0),this.#n):Promise.resolve(this.url)}end(){this.#r=!0,clearTimeout(this.#t)}async#i(){try{return await this.#a()}catch(e){let t=this.which===`built`?this.thread.built:this.thread.preview;if(e instanceof _&&e.status===403&&t)return t.url;throw e}}async#a(){let{url:e,expires:t}=await this.thread.api.ask(`POST ${h}/preview/link`,{path:this.thread.path,body:{seconds:on,built:this.which===`built`}});return this.url=e,clearTimeout(this.#t),this.#r||(this.#t=setTimeout(()=>void this.#o(),an(t,Date.now()))),e}async#o(){this.url=void 0;try{let e=await this.get();this.#r||this.#e(e)}catch{}}},cn=o`
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
`,Z=t.preview,ln=class extends d{static properties={problem:{attribute:!1},count:{type:Number},watching:{type:Boolean}};static styles=[v,o`
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
  `];render(){let{problem:t,count:n}=this;return i`
      <div class="said" role="status">
        <nu-icon name="warning"></nu-icon>
        <p class="cut" title=${t.message}>
          <span class="soft">${n>1?Z.scripts(n):Z.script}:</span>
          ${t.message} <span class="mono soft" dir="ltr">${W(t)}</span></p>
        ${this.watching?e:i`
          <button class="quiet small" @click=${()=>this.send(`nu-say`,{text:Bt(Z.fixSaid,t)})}>
            ${Z.fix}</button>`}
        <button class="quiet icon" aria-label=${Z.hide}
          @click=${()=>this.dispatchEvent(new Event(`nu-hide`))}><nu-icon name="close"></nu-icon></button>
      </div>
    `}};g(`nu-preview-problem`,ln);var un={phone:[390,844],tablet:[820,1180]};function dn(e,t,n){if(e===`full`||t<=0||n<=0)return{width:t,height:n,scale:1};let[r,i]=un[e],a=Math.min(1,t/r);return{width:r,height:Math.min(i,n/a),scale:a}}var fn=class{#e=new ResizeObserver(()=>this.#r());#t;#n;constructor(e,t){this.#t=e,this.#n=t,e.addController(this)}hostUpdated(){let e=this.#t.renderRoot.querySelector(`.stage`);e&&this.#e.observe(e),this.#r()}hostDisconnected(){this.#e.disconnect()}#r(){let e=this.#t.renderRoot.querySelector(`.stage`),t=this.#t.renderRoot.querySelector(`.sheet`);if(!e||!t)return;let n=this.#n(),{width:r,height:i,scale:a}=dn(n,e.clientWidth,e.clientHeight);t.toggleAttribute(`data-device`,n!==`full`),t.style.setProperty(`--width`,`${r}px`),t.style.setProperty(`--height`,`${i}px`),t.style.setProperty(`--scale`,String(a))}},Q=`${h}/preview`,pn=1500,mn=1e3,hn=`allow-scripts allow-same-origin allow-forms allow-popups allow-modals allow-downloads`,$=t.preview;g(`nu-preview`,class extends d{static properties={thread:{attribute:!1},watching:{type:Boolean},device:{state:!0},which:{state:!0},link:{state:!0},dismissed:{state:!0},busy:{state:!0},failed:{state:!0},renewal:{state:!0}};static styles=[v,cn];#e=new tn(this,()=>this.renderRoot.querySelector(`#site`),e=>this.send(`nu-pick`,e));#t;#n;#r=`/`;#i=!1;#a;#o;constructor(){super(),this.device=`full`,this.which=`dev`,this.link=this.dismissed=this.renewal=``,this.busy=this.watching=!1,this.failed=null,new l(this,()=>this.thread),new fn(this,()=>this.device)}connectedCallback(){super.connectedCallback(),document.addEventListener(`visibilitychange`,this.#g),document.addEventListener(`keydown`,this.#w)}disconnectedCallback(){super.disconnectedCallback(),document.removeEventListener(`visibilitychange`,this.#g),document.removeEventListener(`keydown`,this.#w),this.#f()}willUpdate(){this.thread!==this.#n&&this.#d(),this.#e.page&&(this.#r=this.#e.page.address)}updated(){this.#m()}render(){let t=this.#l,{page:n,isPicking:r,isAlive:a}=this.#e;return i`
      <nu-preview-bar .page=${n} .address=${this.#r} .link=${this.#u} .device=${this.device}
        .which=${this.which} ?picking=${r} ?usable=${this.link!==``}
        ?pickable=${a&&this.which===`dev`&&!this.watching} @nu-do=${this.#x}></nu-preview-bar>
      <div class="stage" @pointerenter=${this.#g} @focusin=${this.#g}>
        <div class="sheet">
          <iframe id="site" title=${$.frame} sandbox=${hn} allow="clipboard-write"
            @load=${()=>this.#e.loaded()}></iframe>
        </div>
        ${this.renewal?i`<iframe class="unseen" title="" tabindex="-1" aria-hidden="true"
          sandbox="allow-same-origin" src=${this.renewal}></iframe>`:e}
        ${this.#s(t)}
      </div>
    `}#s({cover:t,broken:n}){let{problem:r,problems:a,isPicking:o}=this.#e,s=n&&!this.failed&&JSON.stringify(n.error)!==this.dismissed;return i`
      ${o?i`<p class="hint" role="status">${$.picking}</p>`:e}
      ${t?i`<nu-preview-cover .cover=${t} ?busy=${this.busy} @nu-wish=${this.#_}>
        </nu-preview-cover>`:this.#c()}
      ${this.failed?i`<nu-preview-broken .error=${this.failed} label=${$.buildFailed} again ?watching=${this.watching}
        @nu-again=${this.#y} @nu-hide=${()=>this.failed=null}></nu-preview-broken>`:e}
      ${s?i`
        <nu-preview-broken .error=${n.error} label=${n.ended?$.ended:$.pageBroken}
          help=${this.#e.isAlive?$.pageBrokenHelp:``}
          ?again=${n.ended} ?watching=${this.watching} @nu-again=${this.#v}
          @nu-hide=${()=>this.dismissed=JSON.stringify(n.error)}></nu-preview-broken>`:e}
      ${r&&!s&&!this.failed&&!t?i`
        <nu-preview-problem .problem=${r} .count=${a} ?watching=${this.watching}
          @nu-hide=${()=>this.#e.dismiss()}></nu-preview-problem>`:e}
    `}#c(){let t=this.which===`built`?this.thread.built?.built:null;return t?i`
      <p class="built small">${$.builtAt} ${ne(Date.parse(t)/1e3)}
        ${this.watching?e:i`
          <button class="quiet small" ?disabled=${this.busy} @click=${this.#y}>
            ${this.busy?$.building:$.buildAgain}</button>`}</p>`:e}get#l(){let{exists:e,preview:t,built:n,transfer:r}=this.thread,{watching:i,which:a}=this;return zt({exists:e,watching:i,which:a,preview:t,built:n,transfer:r,loaded:this.#e.wasLoaded})}get#u(){return this.link&&H(this.link,this.#r)}#d(){this.#f(),this.#n=this.thread;let{thread:e}=this,t=t=>n=>{t===this.which&&e===this.thread&&(this.link=n,this.renewal=H(n,`/favicon.ico`))};this.#t={dev:new sn(e,`dev`,t(`dev`)),built:new sn(e,`built`,t(`built`))},this.which=`dev`,this.#p()}#f(){this.#t?.dev.end(),this.#t?.built.end(),clearTimeout(this.#a),clearTimeout(this.#o),this.#o=void 0,this.#n=void 0}#p(){this.#r=`/`,this.link=this.dismissed=this.renewal=``,this.failed=null,this.#i=!1,this.#e.forget(),this.#g()}#m(){let e=(this.which===`built`?this.thread.built:this.thread.preview)?.state===`ready`;e&&!this.#i&&(clearTimeout(this.#a),this.#e.wasLoaded?this.#a=setTimeout(()=>this.#e.isThere||void this.#h(),pn):this.#h()),e||this.#e.leave(),this.#i=e,this.thread.exists&&this.thread.connection.state===`live`&&(this.#o??=setTimeout(()=>this.#l.cover?.kind===`absent`&&void this.#_(),mn))}async#h(e=this.#r){let{which:t,thread:n}=this;try{let r=await this.#t?.[t].get();if(r===void 0||t!==this.which||n!==this.thread)return;this.link=r,this.#r=e,this.#e.load(H(r,e))}catch(e){e instanceof _&&e.status===404||this.tell(s(e),`problem`)}}#g=()=>{let e=this.thread&&this.#l.cover?.kind;document.visibilityState!==`hidden`&&this.checkVisibility({visibilityProperty:!0})&&e===`asleep`&&this.#_()};#_=async()=>{if(this.#l.cover?.kind===`unbuilt`)return this.#y();if(this.which===`built`||this.watching)return this.#h();await this.#b(()=>this.thread.api.ask(`POST ${Q}`,{path:this.thread.path}))};#v=()=>this.#b(()=>this.thread.api.ask(`POST ${Q}/restart`,{path:this.thread.path}));#y=async()=>{this.failed=null,await this.#b(async()=>{await this.thread.api.ask(`POST ${Q}/build`,{path:this.thread.path}),this.which===`built`&&await this.#h()})};async#b(e){if(!this.busy){this.busy=!0;try{await e()}catch(e){let t=e instanceof _?e.reply:{},[n]=t.errors??[];n?this.failed=n:t.preview||this.tell(s(e),`problem`)}finally{this.busy=!1}}}#x=({detail:e})=>{e.what===`device`?this.device=e.device:e.what===`which`?this.#S(e.which):e.what===`pick`?this.#e.pick(!this.#e.isPicking):e.what===`go`?this.#C(e.typed):this.#e.send({type:e.what})||this.#h()};#S(e){e!==this.which&&(this.which=e,this.#p())}#C(e){let t=At(e,this.#e.origin,this.#r);t===void 0?this.tell($.elsewhere,`problem`):this.#e.send({type:`go`,address:t})||this.#h(t)}#w=e=>{e.key===`Escape`&&this.#e.isPicking&&this.#e.pick(!1)}});export{y as i,S as n,x as r,an as t};