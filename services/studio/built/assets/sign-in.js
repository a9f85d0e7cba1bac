import{C as e,I as t,M as n,P as r,S as i,T as a,b as o,p as s,v as c,w as l,x as u}from"./toasts.js";var d=new Map(Object.entries(a.studio.tokenProblems));function f(e){return d.get(/^#problem=(\w+)$/.exec(e)?.[1]??``)??``}function p(){let e=f(location.hash);return location.hash.startsWith(`#problem=`)&&history.replaceState(history.state,``,location.pathname+location.search),e}async function m(t,n){for(;;){try{return await t.ask(`GET /v1/session`,{})}catch(t){if(t instanceof e&&t.status===401)return null;n(l(t))}await new Promise(e=>setTimeout(e,s))}}var h=class extends c{static properties={why:{},problem:{state:!0}};static styles=[u,t`
      :host { display: grid; grid-row: 1 / -1; place-items: center; min-block-size: 100%; padding: 1rem }
      main { max-inline-size: 100% }
      form { display: grid; gap: 0.75rem; inline-size: min(26rem, 100%); padding: 1.5rem }
      h1 { font-size: 1.4rem }
    `];render(){return r`
      <main><form class="card" @submit=${this.#e}>
        <h1>${a.studio.signIn}</h1>
        ${this.why?r`<p role="status">${this.why}</p>`:n}
        <label for="token">${a.studio.token}</label>
        <input id="token" class="field" type="password" autocomplete="off" required spellcheck="false" />
        <p class="soft small">${a.studio.signInHelp}</p>
        <p class="bad" role="alert">${this.problem}</p>
        <button class="primary">${a.studio.signIn}</button>
      </form></main>
    `}firstUpdated(){this.renderRoot.querySelector(`input`)?.focus()}async#e(e){e.preventDefault();let t=this.renderRoot.querySelector(`input`)?.value.trim()??``;this.problem=``;try{await new i(new URL(`/`,location.href),()=>t).ask(`PUT /v1/session`,{}),this.send(`nu-signed-in`)}catch(e){this.problem=l(e)}}};o(`nu-sign-in`,h);export{m as n,p as t};