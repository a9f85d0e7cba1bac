import{I as e,P as t,T as n,b as r,v as i,x as a}from"./toasts.js";function o(e){return e.state===`lost`?e.why:e.state===`refused`?e.problem.message:n.studio[e.state]}var s=class extends i{static properties={open:{type:Boolean,reflect:!0},label:{}};static styles=[a,e`
      dialog {
        inline-size: min(34rem, calc(100vw - 2rem)); max-block-size: calc(100dvh - 2rem);
        padding: 0; border: 1px solid var(--line); border-radius: calc(var(--radius) + 0.3rem);
        background: var(--card); color: inherit; box-shadow: var(--shadow);
      }
      dialog::backdrop { background: rgb(0 0 0 / 0.4) }
      header { display: flex; align-items: center; padding: 0.75rem 0.75rem 0 1.25rem }
      header h2 { flex: 1 }
      .body { padding: 0.5rem 1.25rem 1.25rem }
    `];render(){return t`
      <dialog aria-labelledby="label" @close=${()=>this.send(`nu-close`)}>
        <header>
          <h2 id="label">${this.label}</h2>
          <button class="quiet icon" aria-label=${n.studio.dismiss} @click=${this.#e}>
            <nu-icon name="close"></nu-icon>
          </button>
        </header>
        <div class="body"><slot></slot></div>
      </dialog>
    `}updated(){let e=this.renderRoot.querySelector(`dialog`);this.open&&!e?.open&&e?.showModal(),!this.open&&e?.open&&e.close()}#e(){this.renderRoot.querySelector(`dialog`)?.close()}};r(`nu-dialog`,s);export{o as t};