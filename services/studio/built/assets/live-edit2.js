import{C as e,I as t,M as n,P as r,S as i,T as a,b as o,d as s,t as c,u as l,v as u,x as d}from"./toasts.js";import{i as f,n as p,r as m,t as h}from"./preview.js";var g=t`
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
`,_=({state:e,commit:t,undone:n})=>`${e} ${t??``} ${n}`;function v(e,t){let n=new Map(e),r=[],i=t.findIndex(({id:t})=>e?.has(t));for(let[a,{id:o,state:s,commit:c,undone:l}]of t.entries()){let t={id:o,state:s,commit:c,undone:l};n.get(o)!==_(t)&&(n.set(o,_(t)),e&&a>=i&&r.push(t))}return{known:n,told:r}}var y=[`chat`,`preview`],b=/^[A-Za-z0-9][\w-]{0,63}$/,x=import.meta.url,S=class extends u{static properties={server:{},token:{},workspace:{},thread:{},layout:{},view:{state:!0},headed:{state:!0},waits:{state:!0},watching:{state:!0}};static styles=[c,d,g];#e;#t;#n=``;#r;constructor(){super(),this.server=this.token=this.workspace=this.thread=``,this.layout=`split`,this.view=`chat`,this.headed=this.waits=this.watching=!1,this.addEventListener(`nu-open`,e=>{let{client:t,user:n,thread:r}=e.detail;r&&`${t}/${n}`===this.workspace&&(this.thread=r)}),this.addEventListener(`nu-tell`,e=>{this.renderRoot.querySelector(`nu-toasts`)?.show(e.detail)}),this.addEventListener(`nu-pick`,e=>{let t=this.#a;t&&(t.selection=e.detail.selection),this.view=`chat`}),this.addEventListener(`nu-say`,e=>{this.#a?.say(e.detail.text),this.view=`chat`})}addEventListener(e,t,n){super.addEventListener(e,t,n),e===`live-edit-token`&&this.waits&&this.#m()}async ask(e){let t=this.#s(),{turn:n}=await p(t,{instruction:e},f());return t.show(n),n}async open(e){this.thread=e,await this.updateComplete;let t=this.#s();await t.api.ask(`PUT ${l}`,{path:t.path}),t===this.#e&&await t.begin()}async cancel(){let e=this.#s(),t=e.conversation.turns.find(e=>!e.ended);return t?(await m(e,t.id,`cancel`,!1),!0):!1}connectedCallback(){super.connectedCallback(),this.hasUpdated&&this.#c()}disconnectedCallback(){super.disconnectedCallback(),this.#l()}willUpdate(e){[`server`,`workspace`,`thread`].some(t=>e.has(t))||e.has(`token`)&&!this.#e?this.#c():e.has(`token`)&&this.#u()}render(){let e=this.#e;return r`
      <div class=${this.headed?`head headed`:`head`}>
        <slot name="header" @slotchange=${this.#_}></slot>
        ${e&&this.layout===`split`?this.#i():n}
      </div>
      ${this.waits?r`<p class="wait" role="status" part="notice">${a.embed.waiting}</p>`:n}
      ${e?r`
        <div class="main" data-layout=${this.layout} data-view=${this.view}>
          ${this.layout===`preview`?n:r`
            <nu-chat part="chat" .thread=${e} ?watching=${this.watching}></nu-chat>`}
          ${this.layout===`chat`?n:r`
            <nu-preview part="preview" .thread=${e} ?watching=${this.watching}></nu-preview>`}
        </div>`:this.waits?n:r`
        <div class="main alone" part="empty">
          <slot name="empty"><p class="soft">${a.embed.empty}</p></slot>
        </div>`}
      <nu-toasts></nu-toasts>
    `}#i(){return r`
      <nav aria-label=${a.studio.views}>
        ${y.map(e=>r`
          <button class="quiet" aria-pressed=${this.view===e} @click=${()=>this.view=e}>
            ${a.embed[e]}
          </button>`)}
      </nav>
    `}get#a(){return this.renderRoot.querySelector(`nu-chat`)}get#o(){return new URL(this.server?`./`:`../`,this.server?new URL(this.server,location.href):x)}#s(){if(this.#e)return this.#e;throw new e(0,`cannot do this yet: set workspace, thread and token first`)}#c(){this.#l();let[e=``,t=``,...n]=this.workspace.split(`/`);if(n.length||![e,t,this.thread].every(e=>b.test(e)))return;let r=this.#o;if(this.waits=!this.token&&r.origin!==location.origin,this.waits)return this.#m();let a=new i(r,()=>this.token||void 0);this.#e=new s(a,{client:e,user:t,thread:this.thread}),this.#e.addEventListener(`change`,this.#f),this.#e.begin(),this.#d(),this.requestUpdate()}#l(){clearTimeout(this.#r),this.#e?.removeEventListener(`change`,this.#f),this.#e?.end(),this.#e=this.#t=void 0,this.#n=``,this.waits=!1}#u(){this.#e?.connection.state===`refused`&&this.#e.begin(),this.waits=!1,this.#n=``,this.#d()}async#d(){clearTimeout(this.#r);let t=this.#e,{token:n}=this;try{let e=await t?.api.ask(`GET /v1/session`,{});if(!e||t!==this.#e||n!==this.token)return;this.watching=e.access!==`full`;let{expires:r}=e;if(!r)return;this.#r=setTimeout(()=>{h(r,Date.now())>1e3?this.#d():this.#h(`expiring`)},h(r,Date.now()))}catch(t){if(!(t instanceof e))throw t}}#f=()=>{let e=this.#e;if(!e)return;let{connection:t}=e,n=!this.#t&&e.exists===!0;if(e.exists===!0){let{known:t,told:r}=v(this.#t,e.conversation.turns);this.#t=t,n&&this.send(`live-edit-ready`,{...e.key});for(let e of r)this.send(`live-edit-turn`,e)}t.state===`refused`?this.#p(t.problem):e.exists===!1?this.#g(404,a.embed.missing):t.state===`lost`?this.#g(0,t.why):t.state===`live`&&(this.#n=``),this.requestUpdate()};#p({status:e,message:t}){if(e!==401)return this.#g(e,t);this.waits||(this.waits=!0,this.#h())}#m(){queueMicrotask(()=>this.waits&&this.#h())}#h(e=this.token?`refused`:`missing`){this.send(`live-edit-token`,{reason:e})}#g(e,t){this.#n!==t&&(this.#n=t,this.send(`live-edit-problem`,{status:e,detail:t}))}#_(e){this.headed=e.target.assignedNodes().length>0}};o(`live-edit`,S);export{S as t};