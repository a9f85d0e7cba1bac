import{C as e,D as t,E as n,S as r,T as i,_ as a,a as o,b as s,c,d as l,f as u,g as d,k as f,l as ee,m as p,n as m,p as h,r as te,s as ne,u as re,v as g,w as _,x as ie,y as ae}from"./toasts.js";var oe=r(class extends e{constructor(){super(...arguments),this.key=i}render(e,t){return this.key=e,t}update(e,[t,n]){return t!==this.key&&(s(e),this.key=t),n}});function v(){return[...crypto.getRandomValues(new Uint8Array(16))].map(e=>e.toString(16).padStart(2,`0`)).join(``)}var se=class{#e=``;#t=``;of(e){return this.#t&&e===this.#e||(this.#t=v()),this.#e=e,this.#t}answered(e){e>0&&e<500&&(this.#t=``)}},y=`${o}/turns`;function ce(e){return e.ended?e.undone?[`redo`]:e.leftover===`offered`?[`keep`,`drop`]:e.commit?[`undo`]:e.state===`committed`?e.mode===`plan`?[`carryOut`]:[]:e.leftover===`kept`?[]:[`again`]:[`cancel`]}async function b(e,t,n,r){let i={...e.path,turn:t};n===`undo`||n===`redo`?await e.api.ask(`POST ${y}/{turn}/${n}`,{path:i,body:r?{others:r}:{}}):await e.api.ask(`POST ${y}/{turn}/${n}`,{path:i,body:{}}),e.show((await e.api.ask(`GET ${y}/{turn}`,{path:i})).turn)}async function le(e,t,n,r){let i={...e.path,turn:t,permission:n};await e.api.ask(`POST ${y}/{turn}/permissions/{permission}`,{path:i,body:{allow:r}})}async function ue(e,{instruction:t},n,r){let i={instruction:t,mode:r,...n&&{selection:n}};e.show((await x(e,i,v())).turn)}function x(e,t,n){let r={"Idempotency-Key":n};return e.api.ask(`POST ${y}`,{path:e.path,body:t,headers:r})}var de=[`image/png`,`image/jpeg`,`image/gif`,`image/webp`],fe=5242880;function pe(e,t){let n=[],r=``;for(let i of e)de.includes(i.type)?i.size>fe?r||=g.chat.tooLarge(i.name):t+n.length>=4?r||=g.chat.tooMany(4):n.push(i):r||=g.chat.noImage(i.name);return{taken:n,problem:r}}function me(e){return[...e?.files??[]]}function he(e){return new Promise((t,n)=>{let r=new FileReader;r.onload=()=>{let n=r.result;t({mediaType:e.type,data:n.slice(n.indexOf(`,`)+1)})},r.onerror=()=>n(r.error),r.readAsDataURL(e)})}var ge=class extends l{static properties={attached:{state:!0}};static styles=[p,f`
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
    `];constructor(){super(),this.attached=[]}get files(){return this.attached.map(({file:e})=>e)}add(e){let{taken:t,problem:n}=pe(e,this.attached.length),r=t.map(e=>({file:e,address:URL.createObjectURL(e)}));return this.attached=[...this.attached,...r],n}clear(){for(let{address:e}of this.attached)URL.revokeObjectURL(e);this.attached=[]}disconnectedCallback(){super.disconnectedCallback(),this.clear()}render(){return this.attached.length?t`<ul>${this.attached.map(e=>t`
      <li>
        <img src=${e.address} alt=${e.file.name} />
        <button type="button" class="icon" aria-label=${g.chat.removeImage(e.file.name)}
          @click=${()=>this.#e(e)}><nu-icon name="close"></nu-icon></button>
      </li>
    `)}</ul>`:i}#e(e){URL.revokeObjectURL(e.address),this.attached=this.attached.filter(t=>t!==e),this.send(`nu-write`)}};h(`nu-attachments`,ge);var _e=f`
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
`;function S({client:e,user:t,thread:n}){return`nurseryd.draft.${e}/${t}/${n}`}function ve(e){try{return sessionStorage.getItem(S(e))??``}catch{return``}}function ye(e,t){try{t?sessionStorage.setItem(S(e),t):sessionStorage.removeItem(S(e))}catch{}}var C=g.chat,be=`en`;function xe(e){if(e.undone)return C.undone;if(e.state===`committed`&&!e.commit)return e.mode===`execute`?C.nothingChanged:C.states.committed;let t=C.states[e.state]??e.state,n=Se(e);return n?C.settled(t,C.became[n]):t}function Se({leftover:e}){return e===`kept`||e===`dropped`?e:void 0}function Ce({usage:e,started:t,finished:n,ended:r}){let i=e.inputTokens+e.outputTokens+e.cacheReadTokens+e.cacheWriteTokens,a=r&&t&&n?(Date.parse(n)-Date.parse(t))/1e3:0;return[a?Ee(a):``,e.cost?w(e.cost):``,i?C.tokens(i.toLocaleString(be)):``,i?e.model??``:``].filter(Boolean)}function we(e){let t=e.state===`cancelled`&&Se(e)!==void 0,n=(e.ended?e.broken.map(({message:e})=>e):[]).filter(t=>!e.error?.includes(t));return[t?``:e.error??``,...n].filter(Boolean)}function Te(e){let t=e.map(({ended:e})=>e).filter(e=>e!==null),[n]=e;return!n||t.length<e.length?null:Math.max(...t)-n.began}function Ee(e){if(e<10)return C.seconds(e.toFixed(1));let t=Math.round(e);return t<60?C.seconds(String(t)):C.minutes(String(Math.floor(t/60)),String(t%60))}function w(e){return`$${e.toFixed(e<1?4:2)}`}function De({threads:e,budgets:t},n){let r=e.find(({threadId:e})=>e===n)?.cost??0,i=t.thread===null?1/0:t.thread-r,a=Math.min(i,t.leftToday??1/0);return[r?C.cost(w(r)):``,a===1/0?``:a>0?C.left(w(a)):C.nothingLeft].filter(Boolean)}function Oe(e,t,n,r){let i=e.filter((t,n)=>t!==e[n+1]),a=t===``?i.length:r;if(a===null||t!==``&&i[a]!==t)return null;let o=a+n;return o<0||o>i.length?null:{at:o,text:i[o]??``}}function ke({file:e,line:t,html:n}){let r=/^\s*<([a-z][\w-]{0,40})/i.exec(n??``)?.[1],i=m(e),a=t?`${i}:${t}`:i;return r?`<${r.toLowerCase()}> ${a}`:a}var T=g.chat,Ae=2e4,je=[`execute`,`plan`,`analyze`],Me=class extends l{static properties={thread:{attribute:!1},selection:{attribute:!1},usage:{attribute:!1},problem:{state:!0},sending:{state:!0},dropping:{state:!0}};static styles=[p,_e,f`:host { position: relative }`];#e=new se;#t=null;constructor(){super(),this.selection=this.usage=null,this.problem=``,this.sending=this.dropping=!1,new u(this,()=>this.thread)}say(e){this.#o(e),this.focus()}dragged(e){e.dataTransfer?.types.includes(`Files`)&&(e.preventDefault(),this.dropping=e.type===`dragover`,e.type===`drop`&&this.#p(me(e.dataTransfer)))}focus(){this.#r?.focus(),requestAnimationFrame(()=>this.#r?.focus())}render(){let e=c(this.thread.conversation),n=this.usage?De(this.usage,this.thread.key.thread):[];return t`
      <form class=${this.dropping?`dropping`:``} @submit=${this.#l}>
        <label for="instruction">${T.ask}</label>
        <div class="box">
          ${this.#n()}
          <nu-attachments></nu-attachments>
          <textarea id="instruction" rows="1" maxlength=${Ae} placeholder=${T.placeholder}
            aria-describedby="hint" @input=${this.#s} @keydown=${this.#c}
            @paste=${this.#h}></textarea>
          <div class="tools">
            <button type="button" class="quiet icon" aria-label=${T.image} title=${T.image}
              @click=${()=>this.#i?.click()}><nu-icon name="image"></nu-icon></button>
            <input type="file" hidden multiple accept=${de.join()} @change=${this.#m} />
            <select id="mode" aria-label=${T.mode} class="quiet small">
              ${je.map(e=>t`<option value=${e}>${T.modes[e]}</option>`)}
            </select>
            <span class="ends">
              ${e?t`<button type="button" class="danger" @click=${()=>this.#d(e.id)}>
                <nu-icon name="stop"></nu-icon>${T.stop}</button>`:i}
              <button class="primary" ?disabled=${this.sending}>
                <nu-icon name="send"></nu-icon>${T.send}</button>
            </span>
          </div>
          ${this.dropping?t`<p class="drop">${T.dropHere}</p>`:i}
        </div>
        <p id="problem" class="bad small" role="alert">${this.problem}</p>
        <p id="hint" class="soft small">
          <span>${e?T.queues:``}</span>
          <span class="money">${n.join(` · `)}</span>
        </p>
      </form>
    `}#n(){let{selection:e}=this;return e?t`
      <p class="chip small">
        <nu-icon name="pick"></nu-icon><span class="unseen">${T.pointsAt}</span>
        <span class="mono cut">${ke(e)}</span>
        <button type="button" class="quiet icon" aria-label=${T.removeSelection}
          @click=${this.#f}><nu-icon name="close"></nu-icon></button>
      </p>
    `:i}firstUpdated(){this.#o(ve(this.thread.key))}get#r(){return this.renderRoot.querySelector(`textarea`)}get#i(){return this.renderRoot.querySelector(`input[type=file]`)}get#a(){return this.renderRoot.querySelector(`nu-attachments`)}#o(e){let t=this.#r;t&&(t.value=e,t.setSelectionRange(e.length,e.length),this.#s())}#s=()=>{let e=this.#r;ye(this.thread.key,e.value),e.style.blockSize=`auto`,e.style.blockSize=`${e.scrollHeight}px`};#c=e=>{let t=this.#r;if(!(e.isComposing||e.keyCode===229)){if(e.key===`Enter`&&!e.shiftKey)e.preventDefault(),this.#u();else if(e.key===`ArrowUp`||e.key===`ArrowDown`){let n=Oe(this.thread.conversation.turns.map(({instruction:e})=>e),t.value,e.key===`ArrowUp`?-1:1,this.#t);if(!n)return;e.preventDefault(),this.#t=n.at,this.#o(n.text)}}};#l=e=>{e.preventDefault(),this.#u()};async#u(){let e=this.#r,{selection:t}=this,n=e.value;if(!this.sending&&n.trim()){this.sending=!0,this.problem=``;try{let r=this.renderRoot.querySelector(`select`)?.value,i=await Promise.all(this.#a.files.map(he)),a={instruction:n.trim(),mode:r,images:i};t&&(a.selection=t);let o=this.#e.of(JSON.stringify(a)),{turn:s}=await x(this.thread,a,o);this.#e.answered(200),this.#a.clear(),e.value===n&&this.#o(``),this.selection===t&&this.send(`nu-unpick`),this.#t=null,this.thread.show(s),this.send(`nu-sent`)}catch(e){this.#e.answered(e instanceof d?e.status:400),this.problem=a(e)}finally{this.sending=!1}}}async#d(e){this.problem=``,this.focus();try{await b(this.thread,e,`cancel`,!1)}catch(e){this.problem=a(e)}}#f=()=>{this.send(`nu-unpick`),this.focus()};#p(e){this.problem=this.#a.add(e)}#m=()=>{let e=this.#i;this.#p([...e.files??[]]),e.value=``,this.focus()};#h=e=>{let t=me(e.clipboardData);t.length&&!e.clipboardData?.getData(`text`)&&(e.preventDefault(),this.#p(t))}};h(`nu-composer`,Me);var Ne=60,Pe=class{away=!1;#e;#t;#n=new ResizeObserver(()=>this.#s());#r=null;#i=0;#a=null;constructor(e,t){this.#e=e,this.#t=t,e.addController(this)}hostDisconnected(){this.watch(null)}watch(e){if(e===this.#r)return;this.#n.disconnect(),this.#r=e;let t=e&&this.#t();e&&t&&(this.#n.observe(e),this.#n.observe(t))}scrolled=()=>{let e=this.#t()?.scrollTop??0;this.#o()?e<this.#i&&this.#c(!0):this.#c(!1),this.#i=e};clicked=e=>{e.composedPath().some(e=>e instanceof Element&&e.localName===`summary`)&&this.#c(!0)};toEnd(){this.#c(!1),this.#s()}hold(){let e=this.#t();this.#a=e&&e.scrollHeight-e.scrollTop}#o(){let e=this.#t();return e?e.scrollHeight-e.scrollTop-e.clientHeight>Ne:!1}#s(){let e=this.#t();e&&(this.#a===null?this.away?this.#c(this.#o()):e.scrollTop=e.scrollHeight:(e.scrollTop=e.scrollHeight-this.#a,this.#a=null))}#c(e){e!==this.away&&(this.away=e,this.#e.requestUpdate())}},Fe={},Ie=r(class extends e{constructor(){super(...arguments),this.ot=Fe}render(e,t){return t()}update(e,[t,r]){if(Array.isArray(t)){if(Array.isArray(this.ot)&&this.ot.length===t.length&&t.every((e,t)=>e===this.ot[t]))return n}else if(this.ot===t)return n;return this.ot=Array.isArray(t)?Array.from(t):t,this.render(t,r)}}),Le={added:`+`,removed:`−`,same:``,hunk:``,note:``};function Re(e){return t`
    <colgroup><col class="number" /><col class="number" /><col class="sign" /><col /></colgroup>
    ${Be(2)}
    <tbody>${e.map(e=>Ve(e,4)??t`
      <tr class=${e.kind}>
        <td class="number">${e.old}</td><td class="number">${e.new}</td>
        <td class="sign">${Le[e.kind]}</td><td class="text">${m(e.text)}</td>
      </tr>`)}</tbody>
  `}function ze(e){return t`
    <colgroup><col class="number" /><col class="sign" /><col /><col class="number" /><col class="sign" /><col /></colgroup>
    <thead class="unseen"><tr>
      <th colspan="3">${g.git.before}</th><th colspan="3">${g.git.after}</th>
    </tr></thead>
    <tbody>${e.map(({left:e,right:n})=>Ve(e,6)??t`
      <tr>${He(e,e?.old)}${He(n,n?.new)}</tr>`)}</tbody>
  `}function Be(e){return t`<thead class="unseen"><tr>
    <th>${g.git.before}</th><th>${g.git.after}</th><td colspan=${e}></td>
  </tr></thead>`}function Ve(e,n){if(e?.kind===`note`)return t`<tr class="note"><td colspan=${n}>${m(e.text)}</td></tr>`;if(e?.kind!==`hunk`)return;let r=g.git.hunk(e.new??1);return t`<tr class="hunk"><td colspan=${n}>${r} ${m(e.text)}</td></tr>`}function He(e,n){if(!e)return t`<td class="nothing" colspan="3"></td>`;let r=e.kind===`same`?``:e.kind;return t`
    <td class="number ${r}">${n}</td><td class="sign ${r}">${Le[e.kind]}</td>
    <td class="text ${r}">${m(e.text)}</td>
  `}var Ue=/^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/;function We(e){let t=[],n=0,r=0,[i,a]=[0,0];for(let o of e.replace(/\n$/,``).split(`
`)){if(i<=0&&a<=0){let e=Ue.exec(o);e?([n,r]=[Number(e[1]),Number(e[3])],[i,a]=[Number(e[2]??1),Number(e[4]??1)],t.push({kind:`hunk`,text:e[5]??``,old:n,new:r})):t.length&&o.startsWith(`\\`)&&t.push({kind:`note`,text:o.slice(2)});continue}let e=o.slice(1);o.startsWith(`+`)?(t.push({kind:`added`,text:e,new:r++}),--a):o.startsWith(`-`)?(t.push({kind:`removed`,text:e,old:n++}),--i):o.startsWith(`\\`)?t.push({kind:`note`,text:o.slice(2)}):(t.push({kind:`same`,text:e,old:n++,new:r++}),--i,--a)}return t}function Ge(e){let t=[],n=[],r=[],i=()=>{for(let e=0;e<Math.max(n.length,r.length);e+=1){let[i,a]=[n[e],r[e]];t.push({...i&&{left:i},...a&&{right:a}})}[n,r]=[[],[]]};for(let a of e)a.kind===`removed`?(r.length&&i(),n.push(a)):a.kind===`added`?r.push(a):(i(),t.push(a.kind===`note`?{left:a}:{left:a,right:a}));return i(),t}var Ke=f`
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
`,qe=860,Je=480,Ye=300,Xe=12,E=1e3;h(`nu-diff`,class extends l{static properties={files:{attribute:!1},truncated:{type:Boolean},narrow:{type:Boolean,reflect:!0},bare:{type:Boolean,reflect:!0},wide:{state:!0}};static styles=[p,Ke];#e=new Map;#t=new Map;#n=new WeakMap;#r=new ResizeObserver(([e])=>{let t=e?.contentRect.width??0;t!==0&&requestAnimationFrame(()=>{this.wide=t>=qe,this.narrow=t<Je})});constructor(){super(),this.files=[],this.truncated=this.narrow=this.bare=this.wide=!1}connectedCallback(){super.connectedCallback(),this.#r.observe(this)}disconnectedCallback(){super.disconnectedCallback(),this.#r.disconnect()}willUpdate(e){e.has(`files`)&&this.#t.clear()}render(){return t`
      ${this.files.length?i:t`<p class="soft">${g.git.noDiff}</p>`}
      ${this.files.map((e,t)=>this.#i(e,t))}
      ${this.truncated?t`<p class="warn small">${g.git.truncated}</p>`:i}
    `}#i(e,n){let r=this.#e.get(e.path)??this.#a(e),a=m(e.path);return t`
      <section class="file" role="group" aria-label=${a}>
        <h3><button class="head" aria-expanded=${r} aria-controls="lines-${n}" @click=${()=>{this.#e.set(e.path,!r),this.requestUpdate()}}>
          <nu-icon name="down"></nu-icon>
          <span class="grow">
            <span class="path mono">${a}</span>
            ${e.oldPath&&e.oldPath!==e.path?t`<span class="soft small path">${g.git.renamed(m(e.oldPath))}</span>`:i}
          </span>
          <span class="small change ${e.change}">${g.git.change[e.change]}</span>
          ${e.binary?i:t`
            <span class="counts" role="img" aria-label=${g.git.linesOf(e.added,e.deleted)}>
              <span class="good">+${e.added}</span> <span class="bad">−${e.deleted}</span>
            </span>`}
        </button></h3>
        <div class="lines" id="lines-${n}" ?hidden=${!r}>${r?this.#o(e,a):i}</div>
      </section>
    `}#a(e){let t=e.added+e.deleted;return this.bare||this.files.length<=Xe&&t>0&&t<=Ye}#o(e,n){if(e.binary)return t`<p class="said soft">${g.git.binary}</p>`;let r=this.#n.get(e)??We(e.patch);if(this.#n.set(e,r),!r.length){let n=e.patch!==``||e.change===`renamed`;return t`<p class="said soft">${n?g.git.noDiff:g.git.noPatch}</p>`}let a=this.#t.get(e.path)??E,o=r.slice(0,a),s=r.length-o.length,c=()=>{this.#t.set(e.path,a+E),this.requestUpdate()},l=this.wide&&(e.change===`modified`||e.change===`renamed`);return t`
      <table class=${l?`split`:``} aria-label=${g.git.diffOf(n)}>
        ${l?ze(Ge(o)):Re(o)}
      </table>
      ${s?t`<div class="more">
        <button @click=${c}>${g.git.more(Math.min(E,s),s)}</button>
      </div>`:i}
    `}});var Ze=class extends l{static properties={thread:{attribute:!1},turn:{attribute:!1},told:{attribute:!1},read:{state:!0}};static styles=[p,f`
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
    `];constructor(){super(),this.read=new Map}willUpdate(e){let t=e.get(`turn`);t&&O(t)!==O(this.turn)&&(this.read=new Map)}render(){let e=[...new Set([...this.turn.files,...this.told.files.keys()])];return e.length?t`
      <ul class="files" aria-label=${g.chat.files}>
        ${e.map(e=>this.#e(e))}
      </ul>
    `:i}#e(e){let n=this.told.files.get(e)??`modified`,r=n===`modified`?``:g.chat.changes[n],i=m(e);return!this.turn.base||!O(this.turn)?t`
        <li><div class="path mono" data-change=${n} data-mark=${r}>${i}</div></li>
      `:t`
      <li>
        <details @toggle=${t=>this.#n(t,e)}>
          <summary class="path mono" data-change=${n} data-mark=${r}>${i}</summary>
          ${this.#t(e)}
        </details>
      </li>
    `}#t(e){let n=this.read.get(e);return n===void 0?i:n===`reading`?t`<p class="small soft">${g.chat.diffComes}</p>`:`problem`in n?t`<p class="small bad" role="alert">${n.problem}</p>`:n.diff.length?t`<nu-diff bare .files=${n.diff}></nu-diff>`:t`<p class="small soft">${g.chat.noDiff}</p>`}async#n(e,t){let{open:n}=e.target,r=this.read.get(t);if(!n||r===`reading`||r&&`diff`in r&&this.turn.ended)return;this.#r(t,`reading`);let i=O(this.turn),s={base:this.turn.base,path:[t],...i===D?{}:{target:i}};try{let e=await this.thread.api.ask(`GET ${o}/diff`,{path:this.thread.path,query:s});this.#r(t,{diff:e.diff.files})}catch(e){this.#r(t,{problem:a(e)})}}#r(e,t){this.read=new Map(this.read).set(e,t)}},D=`worktree`;function O({commit:e,saved:t,ended:n}){return e??t??(n?null:D)}h(`nu-turn-files`,Ze);function Qe({api:e,path:t},n){let r=e.address(`${o}/events`,t);return new Promise((t,i)=>{let a=re(),o=ne(e,r,{after:()=>String(n.firstEvent-1),hear(e,r){let i=r;i.turn===n.id&&(a=ee(a,e,i),e===`turn.finished`&&(o(),t(a)))},state(e){e.state===`refused`&&i(e.problem),e.state===`lost`&&(o(),i(Error(e.why)))}})})}var k=g.chat;function $e(e,n){let r=Te(e),a=e.filter(({ok:e})=>e===!1).length;return t`
    <details class="steps" ?open=${n}>
      <summary class="small soft">
        <span>${k.steps(e.length)}</span>
        ${a?t`<span class="bad">· ${k.failedSteps(a)}</span>`:i}
        ${r===null||r<.1?i:t`<span>· ${Ee(r)}</span>`}
      </summary>
      <ul>${e.map(et)}</ul>
    </details>
  `}function et({tool:e,summary:n,ok:r,problem:a}){return t`
    <li class="step small" data-ok=${String(r)}>
      <nu-icon name=${r===null?`more`:r?`check`:`close`}></nu-icon>
      <span class="unseen">${k.stepStates[`${r}`]}:</span>
      <span><b>${m(e)}</b>
        ${n?t`<span class="soft">${m(n)}</span>`:i}
        ${a?t`<span class="bad why">${te(a)}</span>`:i}</span>
    </li>
  `}function tt({pages:e,errors:n,skipped:r}){let i=e?.join(` `)??``;return e===null?A(`more`,`soft`,k.checking):r?A(`warning`,`warn`,k.skipped(r)):n.length?A(`warning`,`warn`,k.broken(i)):i?A(`check`,`soft`,k.checked(i)):t``}function nt(e){return A(`edit`,`soft`,k.repairing(e))}function A(e,n,r){return t`
    <div class="check small ${n}"><nu-icon name=${e}></nu-icon><span>${r}</span></div>
  `}var rt=f`
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
`,it=f`
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
`,at="(`{1,4})([^`](?:.{0,2000}?[^`])??)\\1(?!`)|\\[([^\\]\\n]{1,500})\\]\\((<?[^\\s()]{1,2000}>?)\\)|(https?:\\/\\/[^\\s<>\"'`]{1,2000})|\\*\\*(?=\\S)([^\\n]{1,2000}?\\S|\\S)\\*\\*|\\*(?=[^\\s*])([^*\\n]{0,2000}?[^\\s*])\\*|(?<!\\w)_(?=[^\\s_])([^_\\n]{0,2000}?[^\\s_])_(?!\\w)";function j(e,t=!1){let n=[],r=0;for(let i of e.matchAll(new RegExp(at,`gs`))){let a=ot(i,t);a&&(i.index>r&&n.push({kind:`text`,text:e.slice(r,i.index)}),n.push(a.inline),r=i.index+a.length)}return r<e.length&&n.push({kind:`text`,text:e.slice(r)}),n}function ot(e,t){let[n,r,i,a,o,s,c,l,u]=e,{length:d}=n;if(r!==void 0)return{length:d,inline:{kind:`code`,text:i.replaceAll(`
`,` `).replace(/^ (.*\S.*) $/,`$1`)}};if(a!==void 0){let e=st(o.replace(/^<|>$/g,``));return!e||t?null:{length:d,inline:{kind:`link`,to:e,words:j(a,!0)}}}if(s!==void 0){let e=s.replace(/[.,;:!?)\]}*_]+$/,``),n=st(e);if(!n||t)return null;let r=[{kind:`text`,text:e}];return{length:e.length,inline:{kind:`link`,to:n,words:r}}}return c===void 0?{length:d,inline:{kind:`emphasis`,words:j(l??u,t)}}:{length:d,inline:{kind:`strong`,words:j(c,t)}}}function st(e){try{let t=new URL(e);return t.protocol===`http:`||t.protocol===`https:`?t.href:null}catch{return null}}var ct=/^\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?)?$/;function lt(e,t){let n=e[t],r=e[t+1];return!n?.includes(`|`)||r===void 0||!ct.test(r.trim())?!1:M(n).length===M(r).length}function ut(e,t){let n=M(e[t]).map(e=>j(e)),r=t+2,i=[];for(;e[r]?.includes(`|`);){let t=M(e[r]);i.push(n.map((e,n)=>j(t[n]??``))),r+=1}return[{kind:`table`,head:n,rows:i},r]}function M(e){return e.trim().replace(/^\|/,``).replace(/(?<!\\)\|$/,``).split(/(?<!\\)\|/).map(e=>e.trim().replaceAll(`\\|`,`|`))}var N=/^\s{0,3}(`{3,}(?!`)|~{3,}(?!~))(?=[^`]*$)\s*([\w+#.-]*)/,P=/^\s{0,3}#{1,6}\s(.*)$/,dt=/^\s{0,3}([-*_])(?:\s*\1){2,}\s*$/,F=/^\s{0,3}>\s?/,I=/^(\s{0,3})([-*+]|(\d{1,9})[.)])(\s+)(.*)$/,ft=8;function L(e,t=0){let n=e.replaceAll(`\r
`,`
`).split(`
`),r=[],i=0;for(;i<n.length;){let e=n[i],a;if(!e.trim()){i+=1;continue}N.test(e)?a=mt(n,i):P.test(e)?a=[{kind:`heading`,words:j(pt(P.exec(e)?.[1]??``))},i+1]:dt.test(e)?a=[{kind:`rule`},i+1]:t<ft&&F.test(e)?a=ht(n,i,t):t<ft&&I.test(e)?a=gt(n,i,t):lt(n,i)&&(a=ut(n,i));let[o,s]=a??yt(n,i);r.push(o),i=s}return r}function pt(e){let t=e.trim(),n=t.length;for(;t[n-1]===`#`;)--n;return n===0||/\s/.test(t[n-1])?t.slice(0,n).trimEnd():t}function mt(e,t){let[,n=``,r=``]=N.exec(e[t])??[],i=t+1,a=e=>{let t=e.trim();return t.length>=n.length&&t===n[0].repeat(t.length)};for(;i<e.length&&!a(e[i]);)i+=1;return[{kind:`code`,language:r,text:e.slice(t+1,i).join(`
`)},i+1]}function ht(e,t,n){let r=t;for(;r<e.length&&F.test(e[r]);)r+=1;return[{kind:`quote`,blocks:L(e.slice(t,r).map(e=>e.replace(F,``)).join(`
`),n+1)},r]}function gt(e,t,n){let[,,,r]=I.exec(e[t])??[],i=[],a=t;for(;a<e.length;){let t=I.exec(e[a]);if(!t||t[3]===void 0!=(r===void 0))break;let[,o=``,s=``,,c=``,l=``]=t,u=o.length+s.length+Math.min(c.length,4),d=[l];for(a+=1;a<e.length&&_t(e,a,o.length);)d.push(vt(e[a],u)),a+=1;for(;d.at(-1)===``;)d.pop();i.push(L(d.join(`
`),n+1))}return[{kind:`list`,start:r===void 0?null:Number(r),items:i},a]}function _t(e,t,n){let r=e[t],i=e=>e.length-e.trimStart().length>n+1;if(!r.trim()){if(!e[t-1].trim())return!0;let n=t+1;for(;n<e.length&&!e[n].trim();)n+=1;let r=e[n];return r!==void 0&&(i(r)||I.test(r))}return i(r)||!(bt(r)||!e[t-1].trim())}function vt(e,t){let n=e.length-e.trimStart().length;return e.slice(Math.min(n,t))}function yt(e,t){let n=e=>e?.trim()&&!bt(e),r=t+1;for(;n(e[r])&&!lt(e,r);)r+=1;return[{kind:`paragraph`,words:j(e.slice(t,r).map(e=>e.trim()).join(`
`))},r]}function bt(e){return[N,P,dt,F,I].some(t=>t.test(e))}function xt(e){return L(e).map(e=>Ct(e,()=>R(e)))}var St=f`
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
`;function Ct(e,t){return Ie([JSON.stringify(e)],t)}function R(e){switch(e.kind){case`paragraph`:return t`<p dir="auto">${e.words.map(z)}</p>`;case`heading`:return t`<h4 dir="auto">${e.words.map(z)}</h4>`;case`code`:return t`<pre tabindex="0"><code>${e.text}</code></pre>`;case`quote`:return t`<blockquote>${e.blocks.map(R)}</blockquote>`;case`rule`:return t`<hr />`;case`list`:return wt(e);case`table`:return Tt(e)}}function wt({start:e,items:n}){let r=n.map(e=>Ct(e,()=>t`<li>${e.map(Et)}</li>`));return e===null?t`<ul class="list">${r}</ul>`:t`<ol class="list" start=${e}>${r}</ol>`}function Tt({head:e,rows:n}){return t`
    <div class="wide" tabindex="0" role="group"><table>
      <thead><tr>${e.map(e=>t`<th dir="auto">${e.map(z)}</th>`)}</tr></thead>
      <tbody>${n.map(e=>t`
        <tr>${e.map(e=>t`<td dir="auto">${e.map(z)}</td>`)}</tr>`)}</tbody>
    </table></div>
  `}function Et(e){return e.kind===`paragraph`?t`<span dir="auto">${e.words.map(z)}</span>`:R(e)}function z(e){switch(e.kind){case`text`:return e.text;case`code`:return t`<code>${e.text}</code>`;case`strong`:return t`<strong>${e.words.map(z)}</strong>`;case`emphasis`:return t`<em>${e.words.map(z)}</em>`;case`link`:return t`<a href=${e.to} target="_blank" rel="noopener noreferrer nofollow"
        >${e.words.map(z)}</a>`}}var B=g.chat,Dt={undo:`undo`,redo:`redo`,again:`reload`,carryOut:`play`};h(`nu-turn`,class extends l{static properties={thread:{attribute:!1},turn:{attribute:!1},told:{attribute:!1},watching:{attribute:!1},problem:{state:!0},others:{state:!0},busy:{state:!0},copied:{state:!0},reheard:{state:!0}};static styles=[p,St,rt,it];constructor(){super(),this.problem=``,this.others=this.reheard=null,this.watching=this.busy=this.copied=!1}render(){let{turn:e}=this,n=this.#e,r=we(e);return t`
      <article aria-labelledby="instruction" data-turn=${e.id} data-state=${e.state}
        data-undone=${e.undone}>
        <div class="asked-for">
          <h3 class="instruction" id="instruction" dir="auto">${e.instruction}</h3>
          ${this.#t()}
        </div>
        <div class="said" ?hidden=${!n.parts.length}>
          ${n.parts.map((e,t)=>this.#n(e,t===n.parts.length-1))}
        </div>
        ${n.asked.map(e=>this.#r(e))}
        <p class="error bad" ?hidden=${!r.length}>${r.join(`
`)}</p>
        <nu-turn-files .thread=${this.thread} .turn=${e} .told=${n}></nu-turn-files>
        ${this.#i()}
        <p class="problem bad" role="alert" ?hidden=${!this.problem}>${this.problem}</p>
        ${this.#a()}
      </article>
    `}get#e(){return this.reheard??this.told}#t(){let{selection:e,images:n}=this.#e,{mode:r}=this.turn,a=[r===`execute`?``:B.modes[r],e?ke(e):``,n?B.images(n):``].filter(Boolean);return a.length?t`
      <div class="row">${a.map(e=>t`<span class="badge">${e}</span>`)}</div>
    `:i}#n(e,n){switch(e.kind){case`text`:return t`${Ie([e.text],()=>xt(e.text))}`;case`steps`:return $e(e.steps,n&&!this.turn.ended);case`check`:return tt(e);case`repair`:return nt(e.repair)}}#r({permission:e,tool:n,summary:r}){let i=t=>()=>this.#s(async()=>{await le(this.thread,this.turn.id,e,t)});return t`
      <div class="permission card" role="group" aria-label=${B.may(m(n))}>
        <p><b>${B.may(m(n))}</b> ${m(r)}</p>
        <div class="row" ?hidden=${this.watching}>
          <button class="primary" ?disabled=${this.busy} @click=${i(!0)}>${B.allow}</button>
          <button ?disabled=${this.busy} @click=${i(!1)}>${B.deny}</button>
        </div>
      </div>
    `}#i(){let{turn:e}=this,n=ae(this.watching?[]:ce(e),e=>e,e=>t`
      <button class=${e===`keep`?``:`quiet`} data-do=${e} ?disabled=${this.busy}
        @click=${()=>this.#o(e)}>
        ${Dt[e]?t`<nu-icon name=${Dt[e]}></nu-icon>`:i}${B[e]}
      </button>
    `),r=e.ended&&e.started&&this.#e.whole&&t`
      <button class="quiet icon" aria-label=${B.showSteps} title=${B.showSteps}
        ?disabled=${this.busy} @click=${this.#c}><nu-icon name="more"></nu-icon></button>
    `,a=e.ended&&e.output&&t`
      <button class="quiet icon" aria-label=${this.copied?B.copied:B.copy}
        @click=${this.#l}>
        <nu-icon name=${this.copied?`check`:`copy`}></nu-icon>
      </button>
    `;return t`
      <div class="foot small">
        <p class="facts soft"><span class="state">${xe(e)}</span>${Ce(e).map(e=>t` · <bdi>${e}</bdi>`)}</p>
        <div class="actions">${n}${r||i}${a||i}</div>
      </div>
    `}#a(){let{others:e}=this;return e?t`
      <button class="danger" ?disabled=${this.busy} @click=${()=>this.#o(e.what,!0)}>
        ${B.withOthers(B[e.what],e.count)}
      </button>
    `:i}#o(e,t=!1){let{thread:n,turn:r}=this;if(e===`carryOut`)return this.#s(()=>ue(n,r,null,`execute`));if(e===`again`){let e=this.#e.selection;return this.#s(()=>ue(n,r,e,r.mode))}return this.#s(()=>b(n,r.id,e,t),e)}async#s(e,t){if(this.busy)return;let n=this.renderRoot.activeElement;this.busy=!0,this.problem=``,this.others=null;try{await e()}catch(e){this.problem=a(e);let n=e instanceof d&&e.reply.others;n&&n.length&&(t===`undo`||t===`redo`)&&(this.others={what:t,count:n.length})}finally{this.busy=!1,this.thread.refresh(),await this.updateComplete,n?.isConnected?n.focus():n&&this.send(`nu-write`)}}#c=()=>this.#s(async()=>{this.reheard=await Qe(this.thread,this.turn)});#l=async()=>{try{await navigator.clipboard.writeText(this.turn.output),this.copied=!0,setTimeout(()=>this.copied=!1,2e3)}catch{this.tell(B.cannotCopy,`problem`)}}});var V=g.chat,Ot=class extends l{static properties={thread:{attribute:!1},selection:{attribute:!1},usage:{state:!0},eager:{type:Boolean},watching:{type:Boolean},news:{state:!0},reading:{state:!0}};static styles=[p,f`
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
    `];#e=new Pe(this,()=>this.renderRoot.querySelector(`#turns`));#t=new Map;#n;#r=!1;#i=null;#a=e=>{let{type:t}=e.detail;(t===`turn.finished`||t===`usage`)&&this.#u()};constructor(){super(),this.selection=this.usage=null,this.news=``,this.eager=this.watching=this.reading=!1,new u(this,()=>this.thread);for(let e of[`dragover`,`dragleave`,`drop`])this.addEventListener(e,e=>this.#s?.dragged(e));this.addEventListener(`nu-write`,()=>this.#s?.focus()),this.addEventListener(`nu-unpick`,()=>this.selection=null),this.addEventListener(`nu-sent`,()=>this.#e.toEnd())}say(e){this.#s?.say(e)}disconnectedCallback(){super.disconnectedCallback(),this.#n?.removeEventListener(`happened`,this.#a),this.#n=void 0}willUpdate(){this.#n!==this.thread&&(this.#n?.removeEventListener(`happened`,this.#a),this.#n=this.thread,this.#n?.addEventListener(`happened`,this.#a),this.#t.clear(),this.news=``,this.usage=this.selection=null,this.#r=!1,this.#e.toEnd(),this.#u());for(let e of this.thread?.conversation.turns??[]){let t=xe(e),n=this.#t.get(e.id);n!==void 0&&n!==t&&(this.news=V.news(t)),this.#t.set(e.id,t)}}focus(){this.#s?.focus()}render(){let{thread:e}=this;if(!e?.exists)return i;let{turns:n,told:r,earlier:a}=e.conversation;return oe(e,t`
      <div class="middle">
        <h2 class="unseen">${V.conversation}</h2>
        <div id="turns" tabindex="0" role="region" aria-label=${V.conversation}
          @scroll=${this.#e.scrolled} @click=${this.#e.clicked}>
          <div class="list">
            ${a?t`<button class="earlier" ?disabled=${this.reading}
              @click=${this.#l}>${V.earlier}</button>`:i}
            ${n.length||this.watching?i:this.#o()}
            ${ae(n,({id:e})=>e,n=>t`
              <nu-turn .thread=${e} .turn=${n} .watching=${this.watching}
                .told=${r.get(n.id)??re()}></nu-turn>
            `)}
          </div>
        </div>
        ${this.#e.away?t`<button class="latest" @click=${this.#c}>
          <nu-icon name="down"></nu-icon>${V.latest}</button>`:i}
      </div>
      <p id="news" class="unseen" role="status">${this.news}</p>
      ${this.watching?t`<p class="watching soft small">${V.watching}</p>`:t`
        <nu-composer .thread=${e} .selection=${this.selection}
          .usage=${this.usage}></nu-composer>`}
    `)}#o(){return t`
      <div class="empty">
        <h3>${V.emptyTitle}</h3>
        <p class="soft">${V.emptyHelp}</p>
        ${V.suggestions.map(e=>t`
          <button @click=${()=>this.say(e)}>${e}</button>`)}
      </div>
    `}updated(){this.#e.watch(this.renderRoot.querySelector(`.list`)),this.selection&&this.selection!==this.#i&&this.#s?.focus(),this.#i=this.selection,!this.thread?.exists||this.#r||(this.#r=!0,this.eager&&document.activeElement===document.body&&this.#s?.focus())}get#s(){return this.renderRoot.querySelector(`nu-composer`)}#c=()=>{this.#e.toEnd(),this.#s?.focus()};#l=async()=>{this.reading=!0,this.#e.hold();try{await this.thread.earlier()}catch(e){this.tell(a(e),`problem`)}finally{this.reading=!1}};async#u(){let{thread:e}=this;if(!e)return;let{client:t,user:n}=e.key,r={client:t,user:n};try{let t=await e.api.ask(`GET /v1/usage/{client}/{user}`,{path:r});e===this.thread&&(this.usage=t)}catch{e===this.thread&&(this.usage=null)}}};h(`nu-chat`,Ot);function kt(e,t,n){let r=e.trim(),i=/^[a-z][a-z\d+.-]*:/i.test(r)||/^[/?#.]/.test(r)?r:`/${r}`;if(!URL.canParse(i,t+n))return;let a=new URL(i,t+n);return a.origin===t?a.pathname+a.search+a.hash:void 0}function H(e,t){let n=new URL(e),r=new URL(t,n.origin);if(r.origin!==n.origin)return e;n.pathname=r.pathname,n.hash=r.hash;for(let[e,t]of r.searchParams)n.searchParams.append(e,t);return n.href}var At=r(class extends e{constructor(e){if(super(e),e.type!==_.PROPERTY&&e.type!==_.ATTRIBUTE&&e.type!==_.BOOLEAN_ATTRIBUTE)throw Error("The `live` directive is not allowed on child or event bindings");if(!ie(e))throw Error("`live` bindings can only contain a single expression")}render(e){return e}update(e,[t]){if(t===n||t===i)return t;let r=e.element,a=e.name;if(e.type===_.PROPERTY){if(t===r[a])return n}else if(e.type===_.BOOLEAN_ATTRIBUTE){if(!!t===r.hasAttribute(a))return n}else if(e.type===_.ATTRIBUTE&&r.getAttribute(a)===t+``)return n;return s(e),t}}),jt=[[`phone`,`phone`],[`tablet`,`tablet`],[`full`,`screen`]],U=g.preview,Mt=class extends l{static properties={page:{attribute:!1},address:{},link:{},device:{},which:{},picking:{type:Boolean},pickable:{type:Boolean},usable:{type:Boolean}};#e;static styles=[p,f`
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
  `];constructor(){super(),this.picking=this.pickable=this.usable=!1}render(){let{page:e,usable:n}=this;return t`
      <div class="bar" role="group" aria-label=${U.bar}>
        ${this.#t(`back`,!e?.back)} ${this.#t(`forward`,!e?.forward)}
        ${this.#t(`reload`,!n)}
        <form @submit=${this.#o}>
          <label class="unseen" for="address">${U.address}</label>
          <input id="address" class="field" type="text" inputmode="url" autocomplete="off"
            autocapitalize="off" spellcheck="false" enterkeyhint="go" dir="ltr"
            .value=${At(this.#e??this.address)} @input=${this.#r} @blur=${this.#i}
            @keydown=${this.#a} ?disabled=${!n} title=${e?.title??``}>
        </form>
        <span class="gap"></span>
        ${this.#n()}
        <div class="devices" role="group" aria-label=${U.widths}>
          ${jt.map(([e,n])=>t`
            <button class="quiet icon" aria-label=${U[e]} title=${U[e]}
              aria-pressed=${this.device===e} @click=${()=>this.#c({what:`device`,device:e})}>
              <nu-icon name=${n}></nu-icon></button>`)}
        </div>
        <select aria-label=${U.which} .value=${this.which} @change=${this.#s}>
          <option value="dev" ?selected=${this.which===`dev`}>${U.dev}</option>
          <option value="built" ?selected=${this.which===`built`}>${U.built}</option>
        </select>
        ${this.link?t`
          <a class="button" href=${this.link} target="_blank" rel="noopener noreferrer"
            aria-label=${U.open} title=${U.open}><nu-icon name="open"></nu-icon></a>`:i}
      </div>
    `}#t(e,n){return t`
      <button class="quiet icon" aria-label=${U[e]} title=${U[e]} ?disabled=${n}
        @click=${()=>this.#c({what:e})}><nu-icon name=${e}></nu-icon></button>`}#n(){let e=this.which===`built`?U.noPick:U.pick;return t`
      <button class="pick" aria-pressed=${this.picking} aria-label=${U.pick} title=${e}
        ?disabled=${!this.pickable} @click=${()=>this.#c({what:`pick`})}>
        <nu-icon name="pick"></nu-icon><span>${g.preview.pickShort}</span></button>`}#r=e=>{this.#e=e.target.value};#i=()=>{this.#e=void 0,this.requestUpdate()};#a=e=>{e.key===`Escape`&&this.#i()};#o=e=>{e.preventDefault();let t=this.#e??this.address;this.#i(),this.#c({what:`go`,typed:t})};#s=e=>{let t=e.target.value===`built`?`built`:`dev`;this.#c({what:`which`,which:t})};#c(e){this.dispatchEvent(new CustomEvent(`nu-do`,{detail:e}))}};h(`nu-preview-bar`,Mt);var Nt=e=>typeof e==`number`&&e>=0&&e<=1;function Pt(e){let t=e.total>0?e.done/e.total:null;return Nt(t)?t:null}var Ft={installing:`install`,starting:`start`,asleep:`asleep`};function It({exists:e,watching:t,which:n,preview:r,built:i,transfer:a,loaded:o}){let s=!o,c=n===`built`?i:r;if(n===`dev`&&a?.what===`clone`)return{kind:`clone`,whole:s,value:Pt(a),note:``};if(!c)return{kind:!e||t?`nothing`:n===`built`?`unbuilt`:`absent`,whole:!0,value:null,note:``};if(c.state===`ready`||c.state===`failed`)return null;let l=c.state===`installing`&&Nt(c.progress)?c.progress:null;return{kind:Ft[c.state],whole:s,value:l,note:c.reason}}function Lt({which:e,preview:t,built:n}){let r=e===`built`?n:t;if(!r)return null;let i=r.state===`failed`;if(i){let{reason:e}=r;return{ended:i,error:r.error??{message:e,file:``,line:null,column:null,frame:``}}}return r.error&&r.state===`ready`?{ended:i,error:r.error}:null}function Rt(e){return{cover:It(e),broken:Lt(e)}}function W({file:e,line:t}){return e&&t?`${e}:${t}`:e}function zt(e,t){let n=`frame`in t&&t.frame?`\n\n${t.frame}`:``,r=W(t);return`${e} ${t.message.trim()}${r?`\n${r}`:``}${n}`}var G=g.preview,Bt=class extends l{static properties={error:{attribute:!1},label:{},help:{},again:{type:Boolean},watching:{type:Boolean}};static styles=[p,f`
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
  `];render(){let{error:e}=this,n=W(e);return t`
      <section aria-labelledby="label">
        <header>
          <nu-icon name="warning"></nu-icon>
          <h2 id="label"><span role="alert">${this.label}</span></h2>
          <button class="quiet icon" aria-label=${G.hide} title=${G.hide}
            @click=${()=>this.#e(`nu-hide`)}><nu-icon name="close"></nu-icon></button>
        </header>
        <p class="message" tabindex="0">${e.message}</p>
        ${n?t`<p class="place mono soft" dir="ltr">${n}</p>`:i}
        ${e.frame?t`<pre tabindex="0" dir="ltr" aria-label=${G.source}>${e.frame}</pre>`:i}
        <div class="row">
          ${this.watching?i:t`
            <button class="primary" @click=${()=>this.send(`nu-say`,{text:zt(G.fixSaid,e)})}>
              ${G.fix}</button>`}
          ${this.again&&!this.watching?t`<button @click=${()=>this.#e(`nu-again`)}>${G.again}</button>`:i}
          ${this.help?t`<span class="soft small">${this.help}</span>`:i}
        </div>
      </section>
    `}#e(e){this.dispatchEvent(new Event(e))}};h(`nu-preview-broken`,Bt);var K=g.preview,Vt={asleep:K.wake,absent:K.begin,unbuilt:K.build},q=e=>e in Vt,Ht=class extends l{static properties={cover:{attribute:!1},busy:{type:Boolean}};static styles=[p,f`
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
  `];updated(){this.toggleAttribute(`whole`,this.cover.whole),this.setAttribute(`kind`,this.cover.kind)}render(){let{kind:e,value:n,note:r}=this.cover,a=!q(e)&&e!==`nothing`||this.busy,o=this.busy&&e===`unbuilt`?K.building:K[e],s=n===null?``:`${Math.floor(n*100)} %`,c=e===`unbuilt`?K.unbuiltHelp:q(e)?``:r;return t`
      <div class="said">
        <div role="status"><h2>${o}</h2></div>
        ${a?t`
          ${n===null?t`<progress aria-label=${o}></progress>`:t`<progress aria-label=${o} max="1" .value=${n}></progress>`}
          ${s?t`<span class="soft small" id="percent">${s}</span>`:i}
        `:i}
        ${c?t`<p class="note soft small">${c}</p>`:i}
        ${q(e)&&!this.busy?t`
          <button class="primary" @click=${()=>this.dispatchEvent(new Event(`nu-wish`))}>
            ${Vt[e]}</button>`:i}
      </div>
    `}};h(`nu-preview-cover`,Ht);var Ut=`nurseryd`,Wt=1,Gt=2e3,Kt=1e3,J=500,qt=2e3,Jt=1e6;function Yt(e){return{source:Ut,version:Wt,...e}}var Xt=e=>typeof e==`object`&&!!e,Y=(e,t)=>typeof e==`string`?e.slice(0,t):``,X=e=>Number.isInteger(e)&&e>0&&e<=Jt?e:null;function Zt(e){let{address:t,title:n,back:r,forward:i}=e;if(!(typeof t!=`string`||!/^\/(?!\/)/.test(t)||t.length>Gt))return{type:`page`,address:t,title:Y(n,J),back:r===!0,forward:i===!0}}function Qt({selection:e}){if(!Xt(e))return;let{file:t,line:n,column:r,html:i,tag:a,text:o}=e;if(!(typeof t!=`string`||!t||t.length>Kt))return{type:`picked`,selection:{file:t,line:X(n),column:X(r),html:Y(i,qt)},tag:Y(a,60),text:Y(o,J)}}function $t(e){if(Xt(e)&&e.source===Ut&&e.version===Wt)switch(e.type){case`here`:return{type:`here`};case`page`:return Zt(e);case`problem`:{let t=Y(e.message,J);return t?{type:`problem`,message:t,file:Y(e.file,Kt),line:X(e.line)}:void 0}case`picking`:return{type:`picking`,on:e.on===!0};case`picked`:return Qt(e);default:return}}var en=class{page=null;isPicking=!1;problem=null;problems=0;isAlive=!1;isThere=!1;wasLoaded=!1;#e;#t;#n;#r=``;#i=!1;constructor(e,t,n){this.#e=e,this.#t=t,this.#n=n,e.addController(this)}hostConnected(){window.addEventListener(`message`,this.#o)}hostDisconnected(){window.removeEventListener(`message`,this.#o)}get origin(){return this.#r}load(e){let t=this.#t();t&&(this.#r=new URL(e).origin,this.leave(),t.src=e)}leave(){this.isThere=this.isAlive=!1}forget(){this.leave(),this.wasLoaded=this.isPicking=this.#i=!1,this.page=this.problem=null,this.#e.requestUpdate()}loaded(){this.#r&&(this.wasLoaded=!0,this.#e.requestUpdate())}send(e){return this.isAlive&&this.#a(e)}#a(e){let t=this.#t()?.contentWindow;return t?.postMessage(Yt(e),this.#r),!!t}pick(e){this.#i=e&&this.send({type:`pick`,on:e}),e?this.#t()?.focus():this.send({type:`pick`,on:e}),this.isPicking&&=this.#i,this.#e.requestUpdate()}dismiss(){this.problem=null,this.#e.requestUpdate()}#o=({source:e,origin:t,data:n})=>{let r=this.#t();if(!r||e!==r.contentWindow||t!==this.#r)return;let i=$t(n);i&&this.#s(i)};#s(e){if(e.type===`here`)this.isAlive=!1,this.isThere=this.wasLoaded=!0,this.isPicking=this.#i=!1,this.problem=null,this.problems=0,this.#a({type:`hello`});else if(e.type===`page`){this.isAlive=!0;let{address:t,title:n,back:r,forward:i}=e;this.page={address:t,title:n,back:r,forward:i}}else e.type===`problem`?(this.problem={message:e.message,file:e.file,line:e.line},this.problems+=1):e.type===`picking`?(this.isPicking=e.on&&this.#i,this.#i&&=e.on):this.#i&&(this.isPicking=this.#i=!1,this.#n({selection:e.selection,tag:e.tag,text:e.text}));this.#e.requestUpdate()}},tn=6e4,nn=2**31-1;function rn(e,t){let n=Math.max(0,Date.parse(e)-t);return Math.min(nn,n-Math.min(tn,n/2))}var an=43200,on=class{thread;which;url;#e;#t;#n;#r=!1;constructor(e,t,n){this.thread=e,this.which=t,this.#e=n}get(){return this.url===void 0?(this.#n??=this.#i().finally(()=>this.#n=void 0),this.#n):Promise.resolve(this.url)}end(){this.#r=!0,clearTimeout(this.#t)}async#i(){try{return await this.#a()}catch(e){let t=this.which===`built`?this.thread.built:this.thread.preview;if(e instanceof d&&e.status===403&&t)return t.url;throw e}}async#a(){let{url:e,expires:t}=await this.thread.api.ask(`POST ${o}/preview/link`,{path:this.thread.path,body:{seconds:an,built:this.which===`built`}});return this.url=e,clearTimeout(this.#t),this.#r||(this.#t=setTimeout(()=>void this.#o(),rn(t,Date.now()))),e}async#o(){this.url=void 0;try{let e=await this.get();this.#r||this.#e(e)}catch{}}},sn=f`
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
`,Z=g.preview,cn=class extends l{static properties={problem:{attribute:!1},count:{type:Number},watching:{type:Boolean}};static styles=[p,f`
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
  `];render(){let{problem:e,count:n}=this;return t`
      <div class="said" role="status">
        <nu-icon name="warning"></nu-icon>
        <p class="cut" title=${e.message}>
          <span class="soft">${n>1?Z.scripts(n):Z.script}:</span>
          ${e.message} <span class="mono soft" dir="ltr">${W(e)}</span></p>
        ${this.watching?i:t`
          <button class="quiet small" @click=${()=>this.send(`nu-say`,{text:zt(Z.fixSaid,e)})}>
            ${Z.fix}</button>`}
        <button class="quiet icon" aria-label=${Z.hide}
          @click=${()=>this.dispatchEvent(new Event(`nu-hide`))}><nu-icon name="close"></nu-icon></button>
      </div>
    `}};h(`nu-preview-problem`,cn);var ln={phone:[390,844],tablet:[820,1180]};function un(e,t,n){if(e===`full`||t<=0||n<=0)return{width:t,height:n,scale:1};let[r,i]=ln[e],a=Math.min(1,t/r);return{width:r,height:Math.min(i,n/a),scale:a}}var Q=`${o}/preview`,dn=1500,fn=1e3,pn=`allow-scripts allow-same-origin allow-forms allow-popups allow-modals allow-downloads`,$=g.preview;h(`nu-preview`,class extends l{static properties={thread:{attribute:!1},watching:{type:Boolean},device:{state:!0},which:{state:!0},link:{state:!0},dismissed:{state:!0},busy:{state:!0},failed:{state:!0},renewal:{state:!0}};static styles=[p,sn];#e=new en(this,()=>this.renderRoot.querySelector(`#site`),e=>this.send(`nu-pick`,e));#t=new ResizeObserver(()=>this.#E());#n;#r;#i=`/`;#a=!1;#o;#s;constructor(){super(),this.device=`full`,this.which=`dev`,this.link=this.dismissed=this.renewal=``,this.busy=this.watching=!1,this.failed=null,new u(this,()=>this.thread)}connectedCallback(){super.connectedCallback(),document.addEventListener(`visibilitychange`,this.#_),document.addEventListener(`keydown`,this.#T)}disconnectedCallback(){super.disconnectedCallback(),document.removeEventListener(`visibilitychange`,this.#_),document.removeEventListener(`keydown`,this.#T),this.#t.disconnect(),this.#p()}willUpdate(){this.thread!==this.#r&&this.#f(),this.#e.page&&(this.#i=this.#e.page.address)}updated(){let e=this.renderRoot.querySelector(`.stage`);e&&this.#t.observe(e),this.#E(),this.#h()}render(){let e=this.#u,{page:n,isPicking:r,isAlive:a}=this.#e;return t`
      <nu-preview-bar .page=${n} .address=${this.#i} .link=${this.#d} .device=${this.device}
        .which=${this.which} ?picking=${r} ?usable=${this.link!==``}
        ?pickable=${a&&this.which===`dev`&&!this.watching} @nu-do=${this.#S}></nu-preview-bar>
      <div class="stage" @pointerenter=${this.#_} @focusin=${this.#_}>
        <div class="sheet">
          <iframe id="site" title=${$.frame} sandbox=${pn} allow="clipboard-write"
            @load=${()=>this.#e.loaded()}></iframe>
        </div>
        ${this.renewal?t`<iframe class="unseen" title="" tabindex="-1" aria-hidden="true"
          sandbox="allow-same-origin" src=${this.renewal}></iframe>`:i}
        ${this.#c(e)}
      </div>
    `}#c({cover:e,broken:n}){let{problem:r,problems:a,isPicking:o}=this.#e,s=n&&!this.failed&&JSON.stringify(n.error)!==this.dismissed;return t`
      ${o?t`<p class="hint" role="status">${$.picking}</p>`:i}
      ${e?t`<nu-preview-cover .cover=${e} ?busy=${this.busy} @nu-wish=${this.#v}>
        </nu-preview-cover>`:this.#l()}
      ${this.failed?t`<nu-preview-broken .error=${this.failed} label=${$.buildFailed} again ?watching=${this.watching}
        @nu-again=${this.#b} @nu-hide=${()=>this.failed=null}></nu-preview-broken>`:i}
      ${s?t`
        <nu-preview-broken .error=${n.error} label=${n.ended?$.ended:$.pageBroken}
          help=${this.#e.isAlive?$.pageBrokenHelp:``}
          ?again=${n.ended} ?watching=${this.watching} @nu-again=${this.#y}
          @nu-hide=${()=>this.dismissed=JSON.stringify(n.error)}></nu-preview-broken>`:i}
      ${r&&!s&&!this.failed&&!e?t`
        <nu-preview-problem .problem=${r} .count=${a} ?watching=${this.watching}
          @nu-hide=${()=>this.#e.dismiss()}></nu-preview-problem>`:i}
    `}#l(){let e=this.which===`built`?this.thread.built?.built:null;if(!e)return i;let n=new Date(e).toLocaleTimeString([],{hour:`2-digit`,minute:`2-digit`});return t`
      <p class="built small">${$.builtAt} ${n}
        ${this.watching?i:t`
          <button class="quiet small" ?disabled=${this.busy} @click=${this.#b}>
            ${this.busy?$.building:$.buildAgain}</button>`}</p>`}get#u(){let{exists:e,preview:t,built:n,transfer:r}=this.thread,{watching:i,which:a}=this;return Rt({exists:e,watching:i,which:a,preview:t,built:n,transfer:r,loaded:this.#e.wasLoaded})}get#d(){return this.link&&H(this.link,this.#i)}#f(){this.#p(),this.#r=this.thread;let{thread:e}=this,t=t=>n=>{t===this.which&&e===this.thread&&(this.link=n,this.renewal=H(n,`/favicon.ico`))};this.#n={dev:new on(e,`dev`,t(`dev`)),built:new on(e,`built`,t(`built`))},this.which=`dev`,this.#m()}#p(){this.#n?.dev.end(),this.#n?.built.end(),clearTimeout(this.#o),clearTimeout(this.#s),this.#s=void 0,this.#r=void 0}#m(){this.#i=`/`,this.link=this.dismissed=this.renewal=``,this.failed=null,this.#a=!1,this.#e.forget(),this.#_()}#h(){let e=(this.which===`built`?this.thread.built:this.thread.preview)?.state===`ready`;e&&!this.#a&&(clearTimeout(this.#o),this.#e.wasLoaded?this.#o=setTimeout(()=>this.#e.isThere||void this.#g(),dn):this.#g()),e||this.#e.leave(),this.#a=e,this.thread.exists&&this.thread.connection.state===`live`&&(this.#s??=setTimeout(()=>this.#u.cover?.kind===`absent`&&void this.#v(),fn))}async#g(e=this.#i){let{which:t,thread:n}=this;try{let r=await this.#n?.[t].get();if(r===void 0||t!==this.which||n!==this.thread)return;this.link=r,this.#i=e,this.#e.load(H(r,e))}catch(e){e instanceof d&&e.status===404||this.tell(a(e),`problem`)}}#_=()=>{let e=this.thread&&this.#u.cover?.kind;document.visibilityState!==`hidden`&&this.checkVisibility({visibilityProperty:!0})&&e===`asleep`&&this.#v()};#v=async()=>{if(this.#u.cover?.kind===`unbuilt`)return this.#b();if(this.which===`built`||this.watching)return this.#g();await this.#x(()=>this.thread.api.ask(`POST ${Q}`,{path:this.thread.path}))};#y=()=>this.#x(()=>this.thread.api.ask(`POST ${Q}/restart`,{path:this.thread.path}));#b=async()=>{this.failed=null,await this.#x(async()=>{await this.thread.api.ask(`POST ${Q}/build`,{path:this.thread.path}),this.which===`built`&&await this.#g()})};async#x(e){if(!this.busy){this.busy=!0;try{await e()}catch(e){let t=e instanceof d?e.reply:{},[n]=t.errors??[];n?this.failed=n:t.preview||this.tell(a(e),`problem`)}finally{this.busy=!1}}}#S=({detail:e})=>{e.what===`device`?this.device=e.device:e.what===`which`?this.#C(e.which):e.what===`pick`?this.#e.pick(!this.#e.isPicking):e.what===`go`?this.#w(e.typed):this.#e.send({type:e.what})||this.#g()};#C(e){e!==this.which&&(this.which=e,this.#m())}#w(e){let t=kt(e,this.#e.origin,this.#i);t===void 0?this.tell($.elsewhere,`problem`):this.#e.send({type:`go`,address:t})||this.#g(t)}#T=e=>{e.key===`Escape`&&this.#e.isPicking&&this.#e.pick(!1)};#E(){let e=this.renderRoot.querySelector(`.stage`),t=this.renderRoot.querySelector(`.sheet`);if(!e||!t)return;let{width:n,height:r,scale:i}=un(this.device,e.clientWidth,e.clientHeight);t.toggleAttribute(`data-device`,this.device!==`full`),t.style.setProperty(`--width`,`${n}px`),t.style.setProperty(`--height`,`${r}px`),t.style.setProperty(`--scale`,String(i))}});export{v as i,x as n,b as r,rn as t};