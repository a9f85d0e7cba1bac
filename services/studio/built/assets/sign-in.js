import{A as e,C as t,M as n,P as r,S as i,b as a,g as o,v as s,x as c,y as l}from"./toasts.js";var u=3e3,d=new Map(Object.entries(t.studio.tokenProblems));function f(e){return d.get(/^#problem=(\w+)$/.exec(e)?.[1]??``)??``}function p(){let e=f(location.hash);return location.hash.startsWith(`#problem=`)&&history.replaceState(history.state,``,location.pathname+location.search),e}async function m(e,t){for(;;){try{return await e.ask(`GET /v1/session`,{})}catch(e){if(e instanceof c&&e.status===401)return null;t(i(e))}await new Promise(e=>setTimeout(e,u))}}var h=class extends o{static properties={why:{},problem:{state:!0}};static styles=[l,r`
      :host { display: grid; grid-row: 1 / -1; place-items: center; min-block-size: 100%; padding: 1rem }
      main { max-inline-size: 100% }
      form { display: grid; gap: 0.75rem; inline-size: min(26rem, 100%); padding: 1.5rem }
      h1 { font-size: 1.4rem }
    `];render(){return n`
      <main><form class="card" @submit=${this.#e}>
        <h1>${t.studio.signIn}</h1>
        ${this.why?n`<p role="status">${this.why}</p>`:e}
        <label for="token">${t.studio.token}</label>
        <input id="token" class="field" type="password" autocomplete="off" required spellcheck="false" />
        <p class="soft small">${t.studio.signInHelp}</p>
        <p class="bad" role="alert">${this.problem}</p>
        <button class="primary">${t.studio.signIn}</button>
      </form></main>
    `}firstUpdated(){this.renderRoot.querySelector(`input`)?.focus()}async#e(e){e.preventDefault();let t=this.renderRoot.querySelector(`input`)?.value.trim()??``;this.problem=``;try{await new a(new URL(`/`,location.href),()=>t).ask(`PUT /v1/session`,{}),this.send(`nu-signed-in`)}catch(e){this.problem=i(e)}}};s(`nu-sign-in`,h);export{m as n,p as t};