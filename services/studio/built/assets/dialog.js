import{C as e,M as t,P as n,g as r,v as i,y as a}from"./toasts.js";function o(t){return t.state===`lost`?t.why:t.state===`refused`?t.problem.message:e.studio[t.state]}var s=class extends r{static properties={open:{type:Boolean,reflect:!0},label:{}};static styles=[a,n`
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
          <button class="quiet icon" aria-label=${e.studio.dismiss} @click=${this.#e}>
            <nu-icon name="close"></nu-icon>
          </button>
        </header>
        <div class="body"><slot></slot></div>
      </dialog>
    `}updated(){let e=this.renderRoot.querySelector(`dialog`);this.open&&!e?.open&&e?.showModal(),!this.open&&e?.open&&e.close()}#e(){this.renderRoot.querySelector(`dialog`)?.close()}};i(`nu-dialog`,s);export{o as t};