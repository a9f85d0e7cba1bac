import{A as e,C as t,M as n,P as r,b as i,d as a,g as o,t as s,u as c,v as l,x as u,y as d}from"./toasts.js";import{i as f,n as p,r as m,t as h}from"./preview.js";var g=r`
  :host {
    position: relative; display: flex; flex-direction: column;
    min-block-size: 20rem; block-size: 100%; overflow: hidden; background: var(--ground);
    container-type: inline-size;
  }
  .head { display: none; gap: 0.5rem; align-items: center; padding: 0.35rem 0.9rem }
  .head.headed { display: flex; min-block-size: 2.75rem; border-block-end: 1px solid var(--line) }
  nav { display: none; gap: 0.25rem; margin-inline-start: auto }
  .main {
    flex: 1; display: grid; grid-template-rows: minmax(0, 1fr); min-block-size: 0;
    grid-template-columns: minmax(18rem, var(--live-edit-chat-width, 26rem)) minmax(0, 1fr);
  }
  .main > * { min-block-size: 0; min-inline-size: 0 }
  .main[data-layout='chat'], .main[data-layout='preview'], .main.alone {
    grid-template-columns: minmax(0, 1fr);
  }
  .main[data-layout='split'] > nu-chat { border-inline-end: 1px solid var(--line) }
  .alone { place-items: center; padding: 1.5rem; overflow: auto }
  .wait { padding: 0.6rem 1rem; background: var(--raised); text-align: center }
  nu-toasts { position: absolute }
  @container (inline-size < 46rem) {
    .head:has(nav) { display: flex; border-block-end: 1px solid var(--line) }
    nav { display: flex }
    .main[data-layout='split'] { grid-template-columns: minmax(0, 1fr) }
    .main[data-layout='split'] > :is(nu-chat, nu-preview) { grid-column: 1; grid-row: 1; border: 0 }
    /* Out of sight, not out of the page: a frame that is taken out loads anew. */
    .main[data-layout='split'][data-view='chat'] > nu-preview,
    .main[data-layout='split'][data-view='preview'] > nu-chat { visibility: hidden }
  }
`,_=({state:e,commit:t,undone:n})=>`${e} ${t??``} ${n}`;function v(e,t){let n=new Map(e),r=[];for(let{id:i,state:a,commit:o,undone:s}of t){let t={id:i,state:a,commit:o,undone:s};n.get(i)!==_(t)&&(n.set(i,_(t)),e&&r.push(t))}return{known:n,told:r}}var y=[`chat`,`preview`],b=/^[A-Za-z0-9][\w-]{0,63}$/,x=import.meta.url,S=class extends o{static properties={server:{},token:{},workspace:{},thread:{},layout:{},view:{state:!0},headed:{state:!0},waits:{state:!0},watching:{state:!0}};static styles=[s,d,g];#e;#t;#n=``;#r;constructor(){super(),this.server=this.token=this.workspace=this.thread=``,this.layout=`split`,this.view=`chat`,this.headed=this.waits=this.watching=!1,this.addEventListener(`nu-open`,e=>{let{client:t,user:n,thread:r}=e.detail;r&&`${t}/${n}`===this.workspace&&(this.thread=r)}),this.addEventListener(`nu-tell`,e=>{this.renderRoot.querySelector(`nu-toasts`)?.show(e.detail)}),this.addEventListener(`nu-pick`,e=>{let t=this.#a;t&&(t.selection=e.detail.selection),this.view=`chat`}),this.addEventListener(`nu-say`,e=>{this.#a?.say(e.detail.text),this.view=`chat`})}addEventListener(e,t,n){super.addEventListener(e,t,n),e===`live-edit-token`&&this.waits&&queueMicrotask(()=>this.waits&&this.#m())}async ask(e){let t=this.#s(),{turn:n}=await p(t,{instruction:e},f());return t.show(n),n}async open(e){this.thread=e,await this.updateComplete;let t=this.#s();await t.api.ask(`PUT ${c}`,{path:t.path}),t===this.#e&&await t.begin()}async cancel(){let e=this.#s(),t=e.conversation.turns.find(e=>!e.ended);return t?(await m(e,t.id,`cancel`,!1),!0):!1}connectedCallback(){super.connectedCallback(),this.hasUpdated&&this.#c()}disconnectedCallback(){super.disconnectedCallback(),this.#l()}willUpdate(e){[`server`,`workspace`,`thread`].some(t=>e.has(t))||e.has(`token`)&&!this.#e?this.#c():e.has(`token`)&&this.#u()}render(){let r=this.#e;return n`
      <div class=${this.headed?`head headed`:`head`}>
        <slot name="header" @slotchange=${this.#g}></slot>
        ${r&&this.layout===`split`?this.#i():e}
      </div>
      ${this.waits?n`<p class="wait" role="status" part="notice">${t.embed.waiting}</p>`:e}
      ${r?n`
        <div class="main" data-layout=${this.layout} data-view=${this.view}>
          ${this.layout===`preview`?e:n`
            <nu-chat part="chat" .thread=${r} ?watching=${this.watching}></nu-chat>`}
          ${this.layout===`chat`?e:n`
            <nu-preview part="preview" .thread=${r} ?watching=${this.watching}></nu-preview>`}
        </div>`:this.waits?e:n`
        <div class="main alone" part="empty">
          <slot name="empty"><p class="soft">${t.embed.empty}</p></slot>
        </div>`}
      <nu-toasts></nu-toasts>
    `}#i(){return n`
      <nav aria-label=${t.studio.views}>
        ${y.map(e=>n`
          <button class="quiet" aria-pressed=${this.view===e} @click=${()=>this.view=e}>
            ${t.embed[e]}
          </button>`)}
      </nav>
    `}get#a(){return this.renderRoot.querySelector(`nu-chat`)}get#o(){return new URL(this.server?`./`:`../`,this.server?new URL(this.server,location.href):x)}#s(){if(this.#e)return this.#e;throw new u(0,`cannot do this yet: set workspace, thread and token first`)}#c(){this.#l();let[e=``,t=``,...n]=this.workspace.split(`/`);if(n.length||![e,t,this.thread].every(e=>b.test(e)))return;let r=this.#o;if(this.waits=!this.token&&r.origin!==location.origin,this.waits)return this.#m();let o=new i(r,()=>this.token||void 0);this.#e=new a(o,{client:e,user:t,thread:this.thread}),this.#e.addEventListener(`change`,this.#f),this.#e.begin(),this.#d(),this.requestUpdate()}#l(){clearTimeout(this.#r),this.#e?.removeEventListener(`change`,this.#f),this.#e?.end(),this.#e=this.#t=void 0,this.#n=``,this.waits=!1}#u(){this.#e?.connection.state===`refused`&&this.#e.begin(),this.waits=!1,this.#n=``,this.#d()}async#d(){clearTimeout(this.#r);let e=this.#e,{token:t}=this;try{let n=await e?.api.ask(`GET /v1/session`,{});if(!n||e!==this.#e||t!==this.token)return;this.watching=n.access!==`full`;let{expires:r}=n;if(!r)return;this.#r=setTimeout(()=>{h(r,Date.now())>1e3?this.#d():this.#m(`expiring`)},h(r,Date.now()))}catch(e){if(!(e instanceof u))throw e}}#f=()=>{let e=this.#e;if(!e)return;let{connection:n}=e,r=!this.#t&&e.exists===!0;if(e.exists===!0){let{known:t,told:n}=v(this.#t,e.conversation.turns);this.#t=t,r&&this.send(`live-edit-ready`,{...e.key});for(let e of n)this.send(`live-edit-turn`,e)}n.state===`refused`?this.#p(n.problem):e.exists===!1?this.#h(404,t.embed.missing):n.state===`lost`?this.#h(0,n.why):n.state===`live`&&(this.#n=``),this.requestUpdate()};#p({status:e,message:t}){if(e!==401)return this.#h(e,t);this.waits||(this.waits=!0,this.#m())}#m(e=this.token?`refused`:`missing`){this.send(`live-edit-token`,{reason:e})}#h(e,t){this.#n!==t&&(this.#n=t,this.send(`live-edit-problem`,{status:e,detail:t}))}#g(e){this.headed=e.target.assignedNodes().length>0}};l(`live-edit`,S);export{S as t};