import{n as e,t}from"./sign-in.js";import{A as n,C as r,M as i,N as a,P as o,S as s,_ as c,a as l,b as u,c as d,d as ee,f as te,g as f,i as p,n as m,t as h,u as g,v as _,w as v,x as y,y as b}from"./toasts.js";import"./preview.js";import{t as x}from"./dialog.js";import{n as S,r as C,t as ne}from"./place.js";function w(e){let t=e instanceof y?e.reply.conflicts:void 0;return Array.isArray(t)?t:[]}var re=class extends f{static properties={problem:{attribute:!1},branch:{}};static styles=[b,o`
      .card { display: grid; gap: 0.6rem; border-color: var(--warn) }
      h3 { display: flex; gap: 0.5rem; align-items: center }
      li { overflow-wrap: anywhere }
      pre {
        direction: ltr; max-block-size: 22rem; padding: 0.75rem; overflow: auto;
        border-radius: var(--radius); background: var(--raised); white-space: pre-wrap; text-align: left;
      }
      .mark { color: var(--warn); font-weight: 700 }
    `];render(){let e=w(this.problem),t=e.filter(e=>e.with===`commit`).map(({path:e})=>e);return i`
      <section class="card" role="alert">
        <h3 class="warn"><nu-icon name="warning"></nu-icon>${r.git.conflictsTitle}</h3>
        <p>${r.git.conflictsText}</p>
        <ul>${e.map(e=>i`<li>
          <span class="mono">${m(e.path)}</span>
          <span class="soft small">${r.git.conflictWith[e.with]}</span>
          ${e.text===null?n:i`<details>
            <summary>${r.git.conflictText(m(e.path))}</summary>
            <pre tabindex="0">${e.text.split(`
`).map(ie)}</pre>
          </details>`}
        </li>`)}</ul>
        ${t.length?i`<div class="row">
          <button @click=${()=>this.send(`nu-say`,{text:r.git.mergeWish(this.branch,t.join(`, `))})}>
            <nu-icon name="edit"></nu-icon>${r.git.askToMerge}
          </button>
        </div>`:n}
      </section>
    `}};function ie(e){let t=/^(<{7}|={7}|>{7}|\|{7})/.test(e);return i`<span class=${t?`mark`:n}>${m(e)}</span>\n`}_(`nu-conflicts`,re);var T=class{#e;#t;#n;constructor(e,t){this.#e=e,this.#t=t}begin(){this.#n||(this.#n=new BroadcastChannel(this.#e),this.#n.addEventListener(`message`,this.#t),window.addEventListener(`focus`,this.#t))}end(){this.#n?.close(),this.#n=void 0,window.removeEventListener(`focus`,this.#t)}tell(){let e=this.#n??new BroadcastChannel(this.#e);e.postMessage(`changed`),e!==this.#n&&e.close()}},E=30,D=250,ae=new Set([`commit`,`file.changed`,`turn.finished`,`turn.undone`,`turn.redone`,`turn.settled`,`turn.given_up`]),oe=class extends EventTarget{thread;git;files=[];truncated=!1;commits=[];older=!1;workspace;busy;problem=``;#e=0;#t=!0;#n;#r;#i=!1;#a;constructor(e){super(),this.thread=e;let{client:t,user:n,thread:r}=e.key;this.#a=new T(`nu-git ${t}/${n}/${r}`,()=>this.#l())}get api(){return this.thread.api}get remote(){return this.workspace===void 0||this.workspace.repoUrl!==null}watch(){return this.#e+=1,this.#e===1&&(this.thread.addEventListener(`happened`,this.#u),this.thread.addEventListener(`change`,this.#d),this.#a.begin()),this.#t&&this.read(),()=>{--this.#e,this.#e||(this.#t=!0,clearTimeout(this.#n),this.thread.removeEventListener(`happened`,this.#u),this.thread.removeEventListener(`change`,this.#d),this.#a.end())}}async read(){for(this.#t=!0;this.#t||this.#r;)this.#r??=this.#o().finally(()=>this.#r=void 0),await this.#r}async readOlder(){let e=this.commits.at(-1)?.hash;if(e===void 0)return;let t=await this.#s(e);this.commits=[...this.commits,...t],this.older=t.length===E,this.#f()}async doing(e,t){this.busy=e,this.#f();try{return await t()}finally{this.busy=void 0,this.#a.tell(),await this.read()}}async diff(e,t){let{diff:n}=await this.api.ask(`GET ${g}/diff`,{path:this.thread.path,query:{base:e??null,target:t??null}});return n}async#o(){this.#t=!1;let{path:e}=this.thread;try{let[{git:t},{files:n,truncated:r},i]=await Promise.all([this.api.ask(`GET ${g}/git`,{path:e}),this.diff(),this.#s(),this.#c()]);this.git=t,this.files=n,this.truncated=r;let a=this.commits.findIndex(({hash:e})=>e===i.at(-1)?.hash);this.commits=a<0?i:[...i,...this.commits.slice(a+1)],this.commits.length===i.length&&(this.older=i.length===E),this.problem=``}catch(e){this.problem=s(e)}this.#f()}async#s(e){let t=e===void 0?{limit:E}:{limit:E,before:e};return(await this.api.ask(`GET ${g}/log`,{path:this.thread.path,query:t})).commits}async#c(){if(this.workspace!==void 0)return;let{client:e,user:t}=this.thread.key;try{let n={client:e,user:t};this.workspace=(await this.api.ask(`GET /v1/workspaces/{client}/{user}`,{path:n})).workspace}catch(e){if(!(e instanceof y&&[401,403,404].includes(e.status)))throw e}}#l(){this.#t=!0,clearTimeout(this.#n),this.#n=setTimeout(()=>void this.read(),D)}#u=e=>{ae.has(e.detail.type)&&this.#l()};#d=()=>{let e=this.thread.transfer!==null;this.#i&&!e&&this.#l(),this.#i=e,this.#f()};#f(){this.dispatchEvent(new Event(`change`))}},O=new WeakMap;function k(e){let t=O.get(e);if(t)return t;let n=new oe(e);return O.set(e,n),n}var A=o`
  :host { container-type: inline-size }
  .pane { display: grid; gap: 0.9rem; padding: 1rem; max-inline-size: 80rem; margin-inline: auto }
  .pane > * { min-inline-size: 0 }
  .card { display: grid; gap: 0.75rem }
  .card > * { min-inline-size: 0 }
  [role='status']:empty { display: none }
  .quote { overflow-wrap: anywhere; unicode-bidi: plaintext }
  form { display: grid; gap: 0.6rem }
  label { font-size: 0.85em; color: var(--soft) }
  .actions { display: flex; flex-wrap: wrap; gap: 0.5rem; justify-content: end; margin-block-start: 1rem }
  @container (inline-size < 30rem) {
    .pane { padding: 0.6rem }
  }
`,j=class extends f{static properties={thread:{attribute:!1}};constructor(){super(),new c(this,()=>this.thread&&k(this.thread))}get state(){return k(this.thread)}async act(e,t,n=()=>!1){try{await this.state.doing(e,t)}catch(e){n(e)||this.tell(s(e),`problem`)}}};_(`nu-pull-request`,class extends j{static properties={made:{state:!0}};static styles=[b,A];render(){let{made:e}=this,t=p(e?.url);return e?i`<p role="status" class="good">
        ${e.existing?r.git.requestedBefore(e.number):r.git.requested(e.number)}
        ${t?i`<a href=${t} target="_blank" rel="noreferrer">${r.git.requestLink(e.number)}</a>`:n}
      </p>`:i`
      <details>
        <summary>${r.git.request}</summary>
        <form @submit=${this.#e}>
          <p class="soft small">${r.git.requestText}</p>
          <label for="title">${r.git.requestTitle}</label>
          <input id="title" class="field" required maxlength="200" .value=${this.state.commits[0]?.subject??``} />
          <label for="body">${r.git.requestBody}</label>
          <textarea id="body" class="field" rows="4"></textarea>
          <label class="row"><input id="draft" type="checkbox" />${r.git.requestDraft}</label>
          <div><button class="primary" ?disabled=${!!this.state.busy}>${r.git.requestNow}</button></div>
        </form>
      </details>
    `}#e(e){e.preventDefault();let t=e=>this.renderRoot.querySelector(`#${e}`),n={title:t(`title`)?.value.trim()??``,body:t(`body`)?.value??``,draft:t(`draft`)?.checked??!1};this.act(`request`,async()=>{let e={path:this.thread.path,body:n};this.made=(await this.thread.api.ask(`POST ${g}/pull-request`,e)).pullRequest})}});var se=class extends j{static properties={compare:{state:!0},refused:{state:!0},conflict:{state:!0},forcing:{state:!0}};static styles=[b,A];constructor(){super(),this.#e()}willUpdate(e){e.has(`thread`)&&this.#e()}#e(){this.compare=this.conflict=void 0,this.refused=``,this.forcing=!1}render(){let{git:e,remote:t}=this.state;return e?i`
      <section class="card" aria-label=${r.git.branch}>
        <div class="row">
          <nu-icon name="branch"></nu-icon>
          <h2 class="mono quote">${m(e.branch)}</h2>
          <span class="soft small">${t?ce(e):r.git.noRemote}</span>
        </div>
        <div class="row">${t?this.#t(e):this.#n(`update`,e)}</div>
        ${this.#r()} ${this.#i(e)}
        ${this.conflict?i`<nu-conflicts .problem=${this.conflict.problem}
          .branch=${this.conflict.branch}></nu-conflicts>`:n}
        ${this.compare?i`
          <p><a href=${this.compare} target="_blank" rel="noreferrer">${r.git.compare}</a></p>
          <nu-pull-request .thread=${this.thread}></nu-pull-request>`:n}
      </section>
      <nu-dialog label=${r.git.forceTitle(e.branch)} ?open=${this.forcing}
        @nu-close=${()=>this.forcing=!1}>
        <p>${r.git.forceText(e.behind)}</p>
        <div class="actions">
          <button @click=${()=>this.forcing=!1}>${r.threads.cancel}</button>
          <button class="danger" @click=${()=>this.#s(!0)}>${r.git.forceNow}</button>
        </div>
      </nu-dialog>
    `:n}#t(e){return i`
      <button class=${e.canPush?`primary`:``} ?disabled=${!!this.state.busy||!e.canPush}
        @click=${()=>this.#s(!1)}><nu-icon name="publish"></nu-icon>${r.git.push}</button>
      ${e.behind?i`<button ?disabled=${!!this.state.busy}
        @click=${()=>this.#o(e.branch)}>${r.git.pull}</button>`:n}
      ${this.#n(`fetch`,e)} ${this.#n(`update`,e)}
    `}#n(e,t){let n=e===`fetch`?r.git.fetch:r.git.update(m(t.default)),a=e===`fetch`?this.#a:()=>this.#o(t.default);return i`<button ?disabled=${!!this.state.busy} @click=${a}>${n}</button>`}#r(){let{transfer:e}=this.thread,{busy:t}=this.state,a=t===`push`?r.git.pushing:t===`fetch`?r.git.fetching:t===`pull`||t===`update`?r.git.pulling:``;if(!a)return i`<div role="status"></div>`;let o=e?.total??0;return i`
      <div role="status" class="small">${a}</div>
      <progress aria-label=${a} max=${o||n} value=${o?e?.done??0:n}></progress>
    `}#i(e){return this.refused?e.behind?i`
      <div class="card" role="alert">
        <h3 class="warn">${r.git.behindTitle}</h3>
        <p>${r.git.behindText}</p>
        <div class="row">
          <button class="primary" ?disabled=${!!this.state.busy} @click=${this.#c}>${r.git.fetchAndPull}</button>
          <button class="danger" ?disabled=${!!this.state.busy} @click=${()=>this.forcing=!0}>${r.git.force}</button>
        </div>
      </div>
    `:i`<p class="bad quote" role="alert">${this.refused}</p>`:n}#a=()=>this.act(`fetch`,async()=>{let{changed:e}=await this.thread.api.ask(`POST ${g}/fetch`,{path:this.thread.path});this.tell(e.length?r.git.moved(e.length):r.git.stood)});async#o(e){let t=!1;return this.conflict=void 0,await this.act(e===this.state.git?.branch?`pull`:`update`,async()=>{let n={branch:e},{outcome:i}=await this.thread.api.ask(`POST ${g}/pull`,{path:this.thread.path,body:n});t=!0,this.tell(r.git.outcome[i])},t=>w(t).length?(this.conflict={problem:t,branch:e},!0):!1),t}#s(e){return this.#e(),this.act(`push`,async()=>{let{api:t,path:n}=this.thread;try{let i=await t.ask(`POST ${g}/push`,{path:n,body:{force:e}});this.compare=p(i.compare),this.tell(r.git.pushed(i.branch))}catch(e){this.refused=s(e),await t.ask(`POST ${g}/fetch`,{path:n}).catch(()=>void 0)}})}#c=async()=>{let{git:e}=this.state;e&&await this.#o(e.branch)&&await this.#s(!1)}};function ce(e){let{ahead:t,behind:n,upstream:i}=e;return i?[t&&r.git.toPush(t),n&&r.git.toPull(n)].filter(Boolean).join(`, `)||r.git.upToDate:t?r.git.notPushed(t):r.git.nothingYet}_(`nu-git-branch`,se);var le=class extends j{static properties={discarding:{state:!0},saved:{state:!0}};static styles=[b,A];constructor(){super(),this.discarding=!1,this.saved=``}willUpdate(e){e.has(`thread`)&&(this.saved=``)}render(){let{git:e,files:t,truncated:a}=this.state;return e?i`
      <section class="card" aria-labelledby="title">
        <div class="row">
          <h2 id="title">${r.git.changes}</h2>
          ${e.clean?n:i`<span class="badge">${M(e)}</span>`}
        </div>
        ${e.clean?i`<p class="soft">${r.git.clean}</p>`:i`
          <nu-diff .files=${t} .truncated=${a}></nu-diff>
          ${this.#e()}
        `}
        ${this.saved?i`<div class="row" role="status">
          <span>${r.git.discarded(this.saved.slice(0,10))}</span>
          <button ?disabled=${!!this.state.busy} @click=${this.#r}>
            <nu-icon name="undo"></nu-icon>${r.git.undiscard}
          </button>
        </div>`:n}
      </section>
      <nu-dialog label=${r.git.discardTitle} ?open=${this.discarding}
        @nu-close=${()=>this.discarding=!1}>
        <p>${r.git.discardText(M(e))}</p>
        <div class="actions">
          <button @click=${()=>this.discarding=!1}>${r.threads.cancel}</button>
          <button class="danger" @click=${this.#n}>${r.git.discardNow}</button>
        </div>
      </nu-dialog>
    `:n}#e(){let e=!!this.state.busy||this.thread.working.includes(this.thread.key.thread);return i`
      <form @submit=${this.#t}>
        <label for="message">${r.git.message}</label>
        <textarea id="message" class="field" rows="2" required></textarea>
        <div class="row">
          <button class="primary" ?disabled=${e}>${r.git.commit}</button>
          <span class="grow"></span>
          <button type="button" class="quiet bad" ?disabled=${e}
            @click=${()=>this.discarding=!0}>${r.git.discard}</button>
        </div>
      </form>
    `}#t(e){e.preventDefault();let t=this.renderRoot.querySelector(`#message`),n=t?.value.trim()??``;n&&this.act(`commit`,async()=>{let e={path:this.thread.path,body:{message:n}},{commit:i}=await this.thread.api.ask(`POST ${g}/commit`,e);t&&(t.value=``);let[a=``]=n.split(`
`);this.tell(i?r.git.committed(a):r.git.nothingToCommit)})}#n=()=>{this.discarding=!1,this.act(`discard`,async()=>{let{saved:e}=await this.thread.api.ask(`POST ${g}/discard`,{path:this.thread.path});this.saved=e??``,e||this.tell(r.git.nothingToDiscard)})};#r=()=>this.act(`restore`,async()=>{let e={path:this.thread.path,body:{commit:this.saved}};await this.thread.api.ask(`POST ${g}/restore`,e),this.saved=``})};function M(e){return e.added.length+e.modified.length+e.deleted.length+e.untracked.length}_(`nu-git-changes`,le);var ue=/^(Thread|Turn)-ID: .*$/gm,de=class extends j{static properties={restoring:{state:!0}};static styles=[b,A,o`
      ol { display: grid }
      li { border-block-start: 1px solid var(--line) }
      li:first-child { border: 0 }
      .entry {
        display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 0.1rem 0.6rem;
        inline-size: 100%; padding: 0.4rem 0.25rem; text-align: start; white-space: normal;
      }
      .entry nu-icon { grid-row: 1 / 3; align-self: start; margin-block-start: 0.2rem; transition: transform 0.15s }
      .entry[aria-expanded='false'] nu-icon { transform: rotate(-90deg) }
      .entry:dir(rtl)[aria-expanded='false'] nu-icon { transform: rotate(90deg) }
      .entry .about { grid-column: 2 / -1 }
      .body { display: grid; gap: 0.6rem; padding: 0 0.25rem 0.9rem }
      .message { white-space: pre-wrap; font-family: inherit }
    `];#e=new Set;#t=new Map;constructor(){super(),this.restoring=``}willUpdate(e){e.has(`thread`)&&(this.#e.clear(),this.#t.clear(),this.restoring=``)}render(){let{git:e,commits:t,older:a}=this.state;return e?i`
      ${e.kept.length?i`
        <section class="card" aria-labelledby="kept">
          <h2 id="kept">${r.git.kept}</h2>
          <p class="soft">${r.git.keptText}</p>
          <ol>${e.kept.map(t=>this.#r(t,e.head))}</ol>
        </section>`:n}
      <section class="card" aria-labelledby="history">
        <h2 id="history">${r.git.history}</h2>
        ${t.length?n:i`<p class="soft">${r.git.noHistory}</p>`}
        <ol>${t.map(e=>this.#n(e))}</ol>
        ${a?i`<div><button @click=${this.#s}>${r.git.older}</button></div>`:n}
      </section>
      <nu-dialog label=${r.git.restoreTitle} ?open=${this.restoring!==``}
        @nu-close=${()=>this.restoring=``}>
        <p>${r.git.restoreText}</p>
        <div class="actions">
          <button @click=${()=>this.restoring=``}>${r.threads.cancel}</button>
          <button class="primary" @click=${this.#c}>${r.git.restoreNow}</button>
        </div>
      </nu-dialog>
    `:n}#n(e){let t=new Date(e.time),a=i`
      <span class="quote">${m(e.subject)}</span>
      <code class="soft">${e.hash.slice(0,8)}</code>
      <span class="about soft small">
        <time datetime=${e.time} title=${d(t)}>${l(t,new Date)}</time>
        · <bdi>${m(e.author)}</bdi>${e.turnId?` · ${r.git.byAgent}`:``}
      </span>`,o=e.message.slice(e.subject.length).replace(ue,``).trim(),s=e.parents[0];return this.#i(e.hash,a,i`
      ${o?i`<p class="message quote small">${o.split(`
`).map(e=>i`${m(e)}\n`)}</p>`:n}
      ${s===void 0?i`<p class="soft">${r.git.firstCommit}</p>`:this.#a(e.hash)}
    `,()=>s!==void 0&&this.#o(e.hash,s))}#r(e,t){let n=i`<code>${e.slice(0,10)}</code><span></span>`;return this.#i(e,n,i`
      <p class="soft small">${r.git.keptDiff}</p>${this.#a(e)}
    `,()=>this.#o(e,t))}#i(e,t,a,o){let s=this.#e.has(e);return i`
      <li>
        <button class="quiet entry" aria-expanded=${s} @click=${()=>{s?this.#e.delete(e):(this.#e.add(e),o()),this.requestUpdate()}}>
          <nu-icon name="down"></nu-icon>${t}
        </button>
        ${s?i`<div class="body">
          ${a}
          ${e===this.state.git?.head?n:i`<div>
            <button ?disabled=${!!this.state.busy} @click=${()=>this.restoring=e}>
              <nu-icon name="undo"></nu-icon>${r.git.restore}
            </button>
          </div>`}
        </div>`:n}
      </li>
    `}#a(e){let t=this.#t.get(e);return t===void 0?i`<p class="soft" role="status">${r.git.loading}</p>`:typeof t==`string`?i`<p class="bad quote" role="alert">${t}</p>`:i`<nu-diff .files=${t.files} .truncated=${t.truncated}></nu-diff>`}async#o(e,t){if(typeof this.#t.get(e)==`object`)return;let{state:n}=this;try{this.#t.set(e,await n.diff(t,e))}catch(t){this.#t.set(e,s(t))}this.requestUpdate()}#s=()=>this.state.readOlder().catch(e=>this.tell(s(e),`problem`));#c=()=>{let e=this.restoring,t=this.state.git?.head??null;this.restoring=``,this.act(`restore`,async()=>{let n={path:this.thread.path,body:{commit:e,expectedHead:t}},{outcome:i}=await this.thread.api.ask(`POST ${g}/restore`,n);this.tell(r.git.outcome[i])})}};_(`nu-git-history`,de);var N=class{#e;#t;constructor(e){e.addController(this)}watch(e){e!==this.#e&&(this.#t?.(),this.#e=e,this.#t=e?.watch())}hostDisconnected(){this.watch(void 0)}};_(`nu-git`,class extends j{static properties={shown:{type:Boolean}};static styles=[b,A];#e=new N(this);constructor(){super(),new c(this,()=>this.thread)}willUpdate(e){this.#e.watch(this.shown&&this.thread.exists?this.state:void 0)}render(){let{thread:e,state:t}=this;return e.exists===!1?n:i`
      <div class="pane">
        ${t.problem?i`<div class="card" role="alert">
          <p class="bad quote">${t.problem}</p>
          <div><button @click=${()=>t.read()}><nu-icon name="reload"></nu-icon>${r.git.again}</button></div>
        </div>`:n}
        ${t.git?i`
          <nu-git-branch .thread=${e}></nu-git-branch>
          <nu-git-changes .thread=${e}></nu-git-changes>
          <nu-git-history .thread=${e}></nu-git-history>
        `:t.problem?n:i`<p class="soft" role="status">${r.git.loading}</p>`}
      </div>
    `}});var P=5,F=class extends f{static properties={errors:{attribute:!1},output:{}};static styles=[b,o`
      :host { display: grid; gap: 0.75rem }
      li { display: grid; gap: 0.4rem; padding-block: 0.4rem }
      p { overflow-wrap: anywhere; unicode-bidi: plaintext }
      pre {
        direction: ltr; max-block-size: 12rem; padding: 0.6rem 0.75rem; overflow: auto; text-align: left;
        border-radius: var(--radius); background: var(--raised); white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
    `];render(){let{errors:e,output:t}=this;return i`
      ${e.length?i`
        <h3>${r.publish.errors(e.length)}</h3>
        <ul>${e.map(e=>this.#e(e))}</ul>`:n}
      ${t?i`<details ?open=${!e.length}>
        <summary>${r.publish.output}</summary><pre tabindex="0">${t}</pre>
      </details>`:n}
      <div><button class="primary" @click=${this.#t}>
        <nu-icon name="edit"></nu-icon>${r.publish.fix}
      </button></div>
    `}#e(e){let[t=``,...r]=e.message.split(`
`),a=e.frame||r.join(`
`).trimEnd();return i`<li>
      <p class="bad">${t}</p>
      ${e.file?i`<p class="mono soft">${L(e)}</p>`:n}
      ${a?i`<pre tabindex="0">${a}</pre>`:n}
    </li>`}#t=()=>{let e=this.errors.slice(0,P).map(e=>`${L(e)} ${I(e.message)}`.trim()),t=r.publish.fixWish(e.join(`
`)||this.output.slice(-1500));this.send(`nu-say`,{text:t})}};function I(e){return e.split(`
`,1)[0]??``}function L({file:e,line:t,column:n}){return m(e)+(t===null?``:r.publish.at(t,n))}_(`nu-mistakes`,F);function R(e,{git:t,remote:n}){let r=t.clean?[]:[`commit`];return e===`merge`?(r.push(`update`,`build`,`merge`),n&&r.push(`push-default`)):(r.push(`build`),n&&r.push(`push`)),r.map(e=>({id:e,state:`waiting`,told:``}))}function z(e){if(!e.some(({state:e})=>e===`failed`||e===`running`))return e.find(({state:e})=>e===`waiting`)?.id}function B(e,t,n,r=``){return e.map(e=>e.id===t?{id:t,state:n,told:r}:e)}function V(e){return e.map(e=>e.state===`failed`?{...e,state:`waiting`,told:``}:e)}function H(e){return e.length>0&&e.every(({state:e})=>e===`done`)}var fe=class extends EventTarget{thread;way=`review`;steps=[];running=!1;errors=[];output=``;problem;compare;#e;constructor(e){super(),this.thread=e,this.#e=k(e)}plan(e){return this.steps.length?this.steps:R(this.way,{git:e,remote:this.#e.remote})}get over(){return H(this.steps)}get failed(){return this.steps.find(({state:e})=>e===`failed`)?.id}go(e){this.running||(this.way=e,this.forget())}forget(){this.steps=this.errors=[],this.output=``,this.problem=this.compare=void 0,this.#r()}async run(e){let{git:t}=this.#e;if(!this.running&&t){this.running=!0,this.errors=[],this.output=``,this.problem=void 0,this.steps=V(this.plan(t));for(let n=z(this.steps);n!==void 0;n=z(this.steps)){this.#n(n,`running`);try{this.#n(n,`done`,await this.#t(n,e,t))}catch(e){this.problem=e instanceof y?e:new y(0,s(e)),this.errors=this.problem.reply.errors??[],this.output=String(this.problem.reply.output??``),this.#n(n,`failed`,this.problem.message.split(`
`,1)[0])}}this.running=!1,this.#r(),await this.#e.read()}}async#t(e,t,n){let{api:i,path:a}=this.thread;switch(e){case`commit`:{let{commit:e}=await i.ask(`POST ${g}/commit`,{path:a,body:{message:t}});return e?r.publish.committed(e.hash.slice(0,10)):r.git.nothingToCommit}case`build`:{let{seconds:e}=await i.ask(`POST ${g}/preview/build`,{path:a});return r.publish.built(e)}case`push`:{let e=await i.ask(`POST ${g}/push`,{path:a,body:{}});return this.compare=p(e.compare),``}case`update`:return U(await i.ask(`POST ${g}/pull`,{path:a,body:{branch:n.default}}));case`merge`:return U(await i.ask(`POST ${g}/merge`,{path:a}));case`push-default`:return await i.ask(`POST ${g}/push`,{path:a,body:{defaultBranch:!0}}),``}}#n(e,t,n=``){this.steps=B(this.steps,e,t,n),this.#r()}#r(){this.dispatchEvent(new Event(`change`))}};function U({outcome:e}){return r.git.outcome[e]}var W=new WeakMap;function G(e){let t=W.get(e)??new fe(e);return W.set(e,t),t}var pe=o`
  fieldset { display: grid; gap: 0.5rem; margin: 0; padding: 0; border: 0; min-inline-size: 0 }
  legend { padding: 0; font-weight: 600 }
  .ways { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(16rem, 100%), 1fr)); gap: 0.6rem }
  .way {
    display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0.1rem 0.6rem; align-content: start;
    padding: 0.75rem; border: 1px solid var(--line); border-radius: var(--radius); color: inherit;
    font-size: inherit; cursor: pointer;
  }
  .way:has(:checked) { border-color: var(--accent); background: var(--raised) }
  .way:has(:focus-visible) { outline: 3px solid var(--accent); outline-offset: 1px }
  .way input { accent-color: var(--accent); margin-block: 0.3rem 0 }
  .way b { font-weight: 600 }
  .way .soft { grid-column: 2 }
  ol { display: grid }
  .step {
    display: grid; grid-template-columns: 1.7rem minmax(0, 1fr) auto; gap: 0 0.6rem;
    padding-block: 0.55rem; border-block-start: 1px solid var(--line);
  }
  .step:first-child { border: 0 }
  .step > * { min-inline-size: 0; overflow-wrap: anywhere }
  .sign {
    display: grid; place-items: center; inline-size: 1.6rem; block-size: 1.6rem; border-radius: 50%;
    background: var(--raised); color: var(--soft); font-size: 0.85em;
  }
  .done .sign { background: var(--accent); color: var(--on-accent) }
  .failed .sign { background: var(--bad); color: var(--card) }
  .running .sign { color: var(--accent); outline: 2px solid var(--accent); animation: beat 1.2s ease-in-out infinite }
  @keyframes beat { 50% { outline-offset: 3px } }
  .more { grid-column: 2 / -1; margin-block-start: 0.35rem }
  .outcome { border-color: var(--accent) }
`,me={done:`check`,failed:`close`,running:`publish`},he=class extends j{static properties={shown:{type:Boolean}};static styles=[b,A,pe];#e=new N(this);constructor(){super(),new c(this,()=>this.thread),new c(this,()=>this.thread&&G(this.thread))}willUpdate(e){this.#e.watch(this.shown&&this.thread.exists?this.state:void 0);let t=G(this.thread);!this.state.remote&&t.way===`review`&&t.go(`merge`)}render(){let{git:e,problem:t}=this.state;if(this.thread.exists===!1)return n;if(!e)return i`<div class="pane"><p class=${t?`bad quote`:`soft`} role="status">
        ${t||r.git.loading}</p></div>`;let a=G(this.thread);return i`
      <div class="pane">
        <h2>${r.publish.title}</h2>
        ${this.#t(a,e)}
        <section class="card" aria-label=${r.publish.name}>
          <ol>${a.plan(e).map((t,n)=>this.#n(t,n,e,a))}</ol>
          ${this.#a(a,e)}
        </section>
        ${a.over?this.#o(a,e):n}
      </div>
    `}#t(e,t){let{remote:n}=this.state,a=e=>e===`review`?r.publish.wayText.review:n?r.publish.wayText.merge(m(t.default)):r.publish.wayTextLocal,o=n?[`review`,`merge`]:[`merge`];return i`
      <fieldset ?disabled=${e.running}>
        <legend class="unseen">${r.publish.ways}</legend>
        <div class="ways">${o.map(t=>i`
          <label class="way">
            <input type="radio" name="way" .checked=${e.way===t} @change=${()=>e.go(t)} />
            <b>${r.publish.way[t]}</b>
            <span class="soft small">${a(t)}</span>
          </label>`)}
        </div>
      </fieldset>
    `}#n(e,t,a,o){let s=me[e.state];return i`
      <li class="step ${e.state}" aria-current=${e.state===`running`?`step`:n}>
        <span class="sign" aria-hidden="true">${s?i`<nu-icon name=${s}></nu-icon>`:t+1}</span>
        <span>${ge(e.id,a)}</span>
        <span class="small ${e.state===`failed`?`bad`:`soft`}">${r.publish.state[e.state]}</span>
        ${e.told?i`<p class="more small quote ${e.state===`failed`?`bad`:`soft`}">${e.told}</p>`:n}
        ${this.#r(e)}
        ${e.state===`failed`?i`<div class="more">${this.#i(e.id,o,a)}</div>`:n}
        ${e.id===`build`&&e.state===`done`?i`<div class="more">
          <button @click=${this.#c}><nu-icon name="open"></nu-icon>${r.publish.seeBuilt}</button>
        </div>`:n}
      </li>
    `}#r(e){if(e.state!==`running`)return n;let t=e.id.startsWith(`push`)?this.thread.transfer:null,a=t?.total??0;return i`<progress class="more" aria-label=${r.publish.state.running}
      max=${a||n} value=${a?t?.done??0:n}></progress>`}#i(e,t,r){let{problem:a}=t;return a&&w(a).length?i`<nu-conflicts .problem=${a} .branch=${r.default}></nu-conflicts>`:e===`build`?i`<nu-mistakes .errors=${t.errors} .output=${t.output}></nu-mistakes>`:n}#a(e,t){let a=this.thread.working.includes(this.thread.key.thread),o=e.plan(t).some(({id:e,state:t})=>e===`commit`&&t!==`done`),s=e.over?r.publish.restart:e.failed?r.publish.resume:r.publish.start;return i`
      <form @submit=${this.#s}>
        ${o?i`
          <label for="message">${r.publish.messageLabel}</label>
          <input id="message" class="field" required ?disabled=${e.running} value=${r.publish.message} />`:n}
        <div class="row">
          <button class=${e.over?``:`primary`} ?disabled=${e.running||a}>
            <nu-icon name="publish"></nu-icon>${s}
          </button>
          ${e.failed&&!e.running?i`<button type="button" class="quiet" @click=${()=>e.forget()}>${r.publish.restart}</button>`:n}
          ${a?i`<span class="soft small" role="status">${r.publish.workingFirst}</span>`:n}
        </div>
      </form>
    `}#o(e,t){let{remote:a}=this.state,{over:o}=r.publish,s=e.way===`review`?o.review(m(t.branch)):a?o.merge(m(t.default)):o.local(m(t.default));return i`
      <section class="card outcome" role="status">
        <p class="good">${s}</p>
        ${e.compare?i`
          <p><a href=${e.compare} target="_blank" rel="noreferrer">${r.git.compare}</a></p>
          <nu-pull-request .thread=${this.thread}></nu-pull-request>`:n}
      </section>
    `}#s=e=>{e.preventDefault();let t=G(this.thread);if(t.over){t.forget();return}let n=this.renderRoot.querySelector(`#message`);t.run(n?.value.trim()||r.publish.message)};#c=async()=>{let e=window.open(`about:blank`);try{let t={path:this.thread.path,body:{built:!0}},{url:n}=await this.thread.api.ask(`POST ${g}/preview/link`,t);e&&(e.opener=null,e.location.replace(n))}catch(t){e?.close(),this.tell(s(t),`problem`)}}};function ge(e,t){let n=r.publish.step[e];return typeof n==`string`?n:n(m(t.default))}_(`nu-publish`,he);function _e(e,t,a){if(!e.length||e.length<2&&t)return n;let o=e.map(({clientId:e,userId:t})=>`${e}/${t}`);return i`
    <label class="label" for="workspace">${r.threads.workspace}</label>
    <select id="workspace" class="field" @change=${e=>{let[t,n]=e.target.value.split(`/`);t&&n&&a(t,n)}}>
      ${t&&o.includes(t)?n:i`<option value="" selected>${t??``}</option>`}
      ${o.map(e=>i`<option value=${e} ?selected=${e===t}>${e}</option>`)}
    </select>
  `}var ve=class extends f{static properties={thread:{attribute:!1},branch:{state:!0}};static styles=[b,o`
      .body { display: grid; gap: 0.6rem }
      label { display: flex; gap: 0.6rem; align-items: center }
      .actions { display: flex; flex-wrap: wrap; gap: 0.5rem; justify-content: end }
    `];constructor(){super(),this.branch=!1}willUpdate(){this.thread||(this.branch=!1)}render(){let{thread:e}=this,{threads:t}=r,a=m(e?.title||e?.threadId||``);return i`
      <nu-dialog label=${t.deleteTitle(a)} ?open=${e!==void 0} @nu-close=${this.#e}>
        ${e?i`<div class="body">
          <p>${t.deleteGoes}</p>
          ${this.branch?n:i`<p>${t.deleteStays}</p>`}
          <label><input type="checkbox" .checked=${this.branch}
            @change=${()=>this.branch=!this.branch} />${t.deleteBranch}</label>
          <div class="actions">
            <button @click=${this.#e}>${t.cancel}</button>
            <button class="danger" @click=${()=>this.send(`nu-delete`,{branch:this.branch})}>${t.deleteNow}</button>
          </div>
        </div>`:n}
      </nu-dialog>
    `}#e=()=>this.send(`nu-close`)};_(`nu-delete-thread`,ve);var ye=40,be=`conversation`;function xe(e,t){let n=e.normalize(`NFKD`).replace(/\p{M}/gu,``).toLowerCase().replace(/[^a-z0-9]+/g,`-`).slice(0,ye).replace(/^-+|-+$/g,``),r=new Set([...t].map(e=>e.toLowerCase())),i=n||be;if(!r.has(i))return i;let a=2;for(;r.has(`${i}-${a}`);)a+=1;return`${i}-${a}`}function Se(e,t){let n=`${e.title} ${e.threadId}`.toLowerCase();return t.toLowerCase().split(/\s+/).every(e=>n.includes(e))}function Ce(e,t,n){let r={ArrowDown:e+1,ArrowUp:e-1,Home:0,End:t-1}[n]??e;return Math.min(Math.max(r,0),Math.max(t-1,0))}var K=`/v1/threads/{client}/{user}`,q=class extends EventTarget{api;client;user;only;threads;archived=[];workspace;problem=``;transfer;#e;constructor(e,t,n,r){super(),this.api=e,[this.client,this.user,this.only]=[t,n,r],this.#e=new T(`nu-threads ${t}/${n}`,()=>void this.read()),this.#e.begin()}end(){this.#e.end()}get taken(){return[...this.threads??[],...this.archived].map(({threadId:e})=>e)}async read(){let{api:e,client:t,user:n}=this,r={client:t,user:n};try{if(this.only!==void 0){let{thread:t}=await e.ask(`GET ${g}`,{path:this.#a(this.only)});Object.assign(this,{threads:[t],problem:``}),this.#o();return}let[{threads:t},{threads:n},i]=await Promise.all([e.ask(`GET ${K}`,{path:r}),e.ask(`GET ${K}`,{path:r,query:{archived:!0}}),this.#i()]);Object.assign(this,{threads:t,archived:n,workspace:i,problem:``})}catch(e){this.problem=s(e)}this.#o()}async begin(e,t,n){let r={...this.#a(e)};if(n.from===`thread`){let i={threadId:e,title:t};await this.#n(()=>this.api.ask(`POST ${g}/fork`,{path:{...r,thread:n.thread},body:i}));return}let i={title:t,preview:!0,...n.from===`repository`?{repoUrl:n.repoUrl,branch:n.branch||null}:{},...n.from===`empty`?{empty:!0}:{}},a=this.#r();try{await this.#n(()=>this.api.ask(`PUT ${g}`,{path:r,body:i}))}finally{a(),this.transfer=void 0,this.#o()}}rename(e,t){return this.#t(e,{title:t})}archive(e){return this.#t(e,{archived:!0})}bringBack(e){return this.#t(e,{archived:!1})}async remove(e,t){let n={path:this.#a(e),query:{branch:t}};return(await this.#n(()=>this.api.ask(`DELETE ${g}`,n))).deleted}#t(e,t){return this.#n(()=>this.api.ask(`PATCH ${g}`,{path:this.#a(e),body:t}))}async#n(e){try{return await e()}finally{this.#e.tell(),await this.read()}}#r(){let e=`${this.client}/${this.user}`;return te(this.api,this.api.address(`/v1/transfers`),{hear:(t,n)=>{this.transfer=n.running[e],this.#o()}})}async#i(){let e={client:this.client,user:this.user};try{return(await this.api.ask(`GET /v1/workspaces/{client}/{user}`,{path:e})).workspace}catch(e){if(e instanceof y&&e.status===404)return null;throw e}}#a(e){return{client:this.client,user:this.user,thread:e}}#o(){this.dispatchEvent(new Event(`change`))}};_(`nu-making`,class extends f{static properties={list:{attribute:!1}};constructor(){super(),new c(this,()=>this.list)}render(){let{transfer:e}=this.list,{threads:t}=r,a=e?t.cloning:t.creating,o=e?.total??0;return i`
      <p class="small" role="status">${a}</p>
      <progress aria-label=${a} max=${o||n} value=${o?e?.done??0:n}></progress>
      ${e&&o?i`<p class="soft small">${t.clonedObjects(e.done,o)}</p>`:n}
    `}});var we=class extends f{static properties={open:{type:Boolean},list:{attribute:!1},source:{},from:{state:!0},about:{state:!0},problem:{state:!0},busy:{state:!0}};static styles=[b,o`
      form { display: grid; gap: 0.7rem }
      fieldset { display: grid; gap: 0.35rem; margin: 0; padding: 0; border: 0; min-inline-size: 0 }
      legend, .label { padding: 0; color: var(--soft); font-size: 0.85em }
      .choice { display: flex; gap: 0.6rem; align-items: center; min-block-size: 1.7rem }
      .choice input { accent-color: var(--accent) }
      .actions { display: flex; flex-wrap: wrap; gap: 0.5rem; justify-content: end }
    `];constructor(){super(),this.open=this.busy=!1,this.source=this.about=this.problem=``,new c(this,()=>this.list)}willUpdate(e){e.has(`open`)&&this.open&&(this.problem=this.about=``,this.from=this.source?`thread`:void 0)}updated(e){e.has(`open`)&&this.open&&this.renderRoot.querySelector(`nu-dialog`)?.updateComplete.then(()=>this.renderRoot.querySelector(`#title`)?.focus())}render(){return i`
      <nu-dialog label=${r.threads.new} ?open=${this.open} @nu-close=${this.#s}>
        ${this.open?this.#n():n}
      </nu-dialog>
    `}get#e(){return this.list.workspace?this.list.threads?.length?[`site`,`thread`]:[`site`]:[`starter`,`repository`,`empty`]}get#t(){let e=this.#e;return this.from&&e.includes(this.from)?this.from:e[0]}#n(){let{threads:e}=r,t={site:e.fromSite,thread:e.fromThread,starter:e.fromStarter,repository:e.fromRepository,empty:e.fromEmpty},a=this.#t;return i`
      <form @submit=${this.#o}>
        <label class="label" for="title">${e.title}</label>
        <input id="title" class="field" required maxlength="200" autocomplete="off" ?disabled=${this.busy}
          placeholder=${e.titleHint} .value=${this.about}
          @input=${e=>this.about=e.target.value} />
        ${this.about.trim()?i`<p class="soft small">${e.address(this.#a)}</p>`:n}
        ${this.#e.length>1?i`
          <fieldset ?disabled=${this.busy}>
            <legend>${e.startFrom}</legend>
            ${this.#e.map(e=>i`<label class="choice">
              <input type="radio" name="from" .checked=${e===a} @change=${()=>this.from=e} />
              ${t[e]}
            </label>`)}
          </fieldset>`:n}
        ${a===`thread`?this.#r():a===`repository`?this.#i():n}
        <p class="bad" role="alert">${this.problem}</p>
        ${this.busy?i`<nu-making .list=${this.list}></nu-making>`:n}
        <div class="actions">
          <button type="button" @click=${this.#s}>${e.cancel}</button>
          <button class="primary" ?disabled=${this.busy}>${e.create}</button>
        </div>
      </form>
    `}#r(){return i`
      <label class="label" for="source">${r.threads.which}</label>
      <select id="source" class="field" ?disabled=${this.busy}>
        ${this.list.threads?.map(({threadId:e,title:t})=>i`
          <option value=${e} ?selected=${e===this.source}>${m(t||e)}</option>`)}
      </select>
      <p class="soft small">${r.threads.copyHint}</p>
    `}#i(){return i`
      <label class="label" for="repository">${r.threads.repository}</label>
      <input id="repository" class="field" required autocomplete="off" spellcheck="false" ?disabled=${this.busy}
        placeholder=${r.threads.repositoryHint} />
      <label class="label" for="branch">${r.threads.branch}</label>
      <input id="branch" class="field" autocomplete="off" spellcheck="false" ?disabled=${this.busy} />
    `}get#a(){return xe(this.about,this.list.taken)}async#o(e){e.preventDefault();let t=e=>this.renderRoot.querySelector(`#${e}`)?.value.trim()??``,n=this.#t,r=n===`thread`?{from:n,thread:t(`source`)}:n===`repository`?{from:n,repoUrl:t(`repository`),branch:t(`branch`)}:{from:n},i=this.#a;this.busy=!0,this.problem=``;try{await this.list.begin(i,this.about.trim(),r),this.send(`nu-made`,{thread:i})}catch(e){this.problem=s(e)}finally{this.busy=!1}}#s=()=>this.send(`nu-close`)};_(`nu-new-thread`,we);var Te=class extends f{static properties={thread:{attribute:!1},root:{attribute:!1},current:{type:Boolean,reflect:!0},working:{type:Boolean},reached:{type:Boolean},fixed:{type:Boolean},single:{type:Boolean},opened:{state:!0},renaming:{state:!0}};static styles=[b,o`
      :host { border-radius: var(--radius) }
      :host([current]) { background: var(--raised) }
      :host(:hover) { background: var(--raised) }
      .line { display: flex; align-items: center; padding-inline-end: 0.25rem }
      a {
        display: grid; gap: 0.05rem; flex: 1; min-inline-size: 0; padding: 0.45rem 0.6rem;
        border-radius: inherit; color: inherit; text-decoration: none;
      }
      :host([current]) a { box-shadow: inset 3px 0 var(--accent) }
      :host([current]:dir(rtl)) a { box-shadow: inset -3px 0 var(--accent) }
      :host([current]) .title { font-weight: 600 }
      .title { unicode-bidi: plaintext; text-align: start }
      .about { display: flex; flex-wrap: wrap; gap: 0 0.5rem }
      .badge { color: var(--accent); font-weight: 600 }
      .dot { inline-size: 0.5em; block-size: 0.5em; margin-inline-end: 0.4em; border-radius: 50%; background: currentColor; animation: beat 1.2s ease-in-out infinite }
      @keyframes beat { 50% { opacity: 0.3 } }
      .actions { display: flex; flex-wrap: wrap; gap: 0.15rem; padding: 0 0.35rem 0.4rem }
      .actions button { min-block-size: 1.8rem; padding: 0.1rem 0.5rem; font-size: 0.85em }
      form { display: flex; gap: 0.35rem; padding: 0.4rem }
      form input { flex: 1; min-inline-size: 0 }
    `];constructor(){super(),this.current=this.working=this.reached=this.fixed=this.single=!1,this.opened=this.renaming=!1}focus(){this.renderRoot.querySelector(`a, input`)?.focus()}render(){if(this.renaming)return this.#t();let{thread:e}=this,{clientId:t,userId:a,threadId:o}=e,s=m(e.title||o),c=new Date(e.updated),u=this.reached?`0`:`-1`;return i`
      <div class="line">
        <a href=${new URL(S({client:t,user:a,thread:o}),this.root).href} tabindex=${u}
          aria-current=${this.current?`page`:n} @click=${this.#o}>
          <span class="title cut">${s}</span>
          <span class="about small soft">
            ${this.working?i`<span class="badge"><span class="dot"></span>${r.threads.working}</span>`:n}
            <time datetime=${e.updated} title=${d(c)}>${l(c,new Date)}</time>
            ${e.ahead?i`<span>${r.threads.ahead(e.ahead)}</span>`:n}
          </span>
        </a>
        ${this.fixed?n:i`<button class="quiet icon" tabindex=${u} aria-expanded=${this.opened}
          aria-label=${r.threads.actions(s)} @click=${()=>this.opened=!this.opened}>
          <nu-icon name="more"></nu-icon>
        </button>`}
      </div>
      ${this.opened&&!this.fixed?this.#e():n}
    `}#e(){let{threads:e}=r,t=(e,t,n)=>i`
      <button class="quiet" @click=${n}><nu-icon name=${e}></nu-icon>${t}</button>`,n=t(`edit`,e.rename,this.#n);if(this.single)return i`<div class="actions">${n}</div>`;let a=t(`trash`,e.delete,()=>this.#s({what:`delete`}));return this.thread.archived?i`<div class="actions">${t(`undo`,e.back,()=>this.#s({what:`back`}))} ${a}</div>`:i`<div class="actions">
      ${n}
      ${t(`branch`,e.fork,()=>this.#s({what:`fork`}))}
      ${t(`archive`,e.archive,()=>this.#s({what:`archive`}))}
      ${a}
    </div>`}#t(){let e=this.thread.title||this.thread.threadId;return i`
      <form @submit=${this.#r} @keydown=${this.#i}>
        <input class="field" aria-label=${r.threads.renameOf(m(e))} required maxlength="200" .value=${e} />
        <button class="primary">${r.threads.save}</button>
      </form>
    `}#n=async()=>{this.renaming=!0,await this.updateComplete,this.renderRoot.querySelector(`input`)?.select()};#r(e){e.preventDefault();let t=this.renderRoot.querySelector(`input`)?.value.trim()??``;t&&t!==this.thread.title&&this.#s({what:`rename`,title:t}),this.#a()}#i(e){e.stopPropagation(),e.key===`Escape`&&this.#a()}async#a(){this.renaming=this.opened=!1,await this.updateComplete,this.focus()}#o=e=>{e.button||e.metaKey||e.ctrlKey||e.shiftKey||(e.preventDefault(),this.#s({what:`open`}))};#s(e){this.send(`nu-do`,e),[`rename`,`fork`,`delete`].includes(e.what)||(this.opened=!1)}};_(`nu-thread-row`,Te);var J=o`
  :host { container-type: inline-size; overflow: auto }
  .list { display: grid; gap: 0.5rem; padding: 0.75rem; max-inline-size: 44rem; margin-inline: auto }
  .list > * { min-inline-size: 0 }
  .head { display: flex; gap: 0.5rem; align-items: center }
  .head h2 { flex: 1 }
  .label { color: var(--soft); font-size: 0.85em }
  ul { display: grid; gap: 0.15rem }
  .archive { display: flex; gap: 0.6rem; align-items: center; color: var(--soft); font-size: 0.9em }
  .archive input { accent-color: var(--accent) }
  .welcome {
    display: grid; gap: 1rem; justify-items: center; padding: clamp(1.5rem, 12cqi, 5rem) 1rem;
    max-inline-size: 36rem; margin-inline: auto; text-align: center;
  }
  .welcome h2 { font-size: clamp(1.4rem, 5cqi, 2rem); line-height: 1.2 }
  .welcome .sprout { inline-size: 3.5rem; block-size: 3.5rem; color: var(--accent) }
  .welcome .primary { min-block-size: 2.75rem; padding-inline: 1.4rem }
  .welcome nu-making { inline-size: min(22rem, 100%) }
`,Ee=`M16 30V14m0 4C6 18 5 11 5 7c6 0 11 3 11 11zm0-3c0-8 5-12 11-12 0 5-1 12-11 12z`,De=`first`;_(`nu-welcome`,class extends f{static properties={list:{attribute:!1},first:{attribute:!1},fixed:{type:Boolean},busy:{state:!0},problem:{state:!0}};static styles=[b,J];constructor(){super(),this.fixed=this.busy=!1,this.problem=``}render(){let{threads:e}=r;return i`
      <div class="welcome">
        <svg class="sprout" viewBox="0 0 32 32" fill="none" stroke="currentColor" stroke-width="2.5"
          stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${a`<path d=${Ee} />`}</svg>
        <h2>${e.welcome}</h2>
        <p class="soft">${e.welcomeText}</p>
        ${this.fixed?n:i`
          <button class="primary" ?disabled=${this.busy} @click=${this.#e}>${e.first}</button>
          ${this.list.workspace?n:i`<button class="quiet" ?disabled=${this.busy} @click=${()=>this.send(`nu-other`)}>${e.firstOther}</button>`}
        `}
        ${this.busy?i`<nu-making .list=${this.list}></nu-making>`:n}
        <p class="bad" role="alert">${this.problem}</p>
      </div>
    `}#e=async()=>{let{list:e,first:t}=this,n=t&&t.clientId===e.client&&t.userId===e.user?t.threadId:De;this.busy=!0,this.problem=``;try{await e.begin(n,null,{from:`starter`}),this.send(`nu-made`,{thread:n})}catch(e){this.problem=s(e)}finally{this.busy=!1}}});var Oe=8,ke=class extends f{static properties={api:{attribute:!1},session:{attribute:!1},client:{},user:{},current:{},working:{attribute:!1},list:{state:!0},workspaces:{state:!0},words:{state:!0},put:{state:!0},at:{state:!0},making:{state:!0},source:{state:!0},going:{state:!0}};static styles=[b,J];#e;constructor(){super(),this.working=this.workspaces=[],this.words=this.source=``,this.put=this.making=!1,this.at=0,new c(this,()=>this.list)}connectedCallback(){super.connectedCallback(),this.#t()}disconnectedCallback(){super.disconnectedCallback(),this.list?.end(),this.list=void 0}willUpdate(e){(e.has(`client`)||e.has(`user`))&&this.#t(),e.has(`session`)&&/^(operator|client:)/.test(this.session?.scope??``)&&this.#n(),e.has(`current`)&&(this.#e=void 0);let t=e.get(`working`);(t!==void 0&&t.join()!==this.working.join()||e.has(`current`)&&this.current)&&this.list?.read()}updated(){let e=[...this.list?.threads??[],...this.list?.archived??[]].find(({threadId:e})=>e===this.current)?.title;this.#e!==void 0&&e===void 0&&(this.#e=void 0,this.send(`nu-lost`)),e!==void 0&&e!==this.#e&&(this.#e=e,this.send(`nu-titled`,{title:e}))}#t(){let{client:e,user:t,api:n}=this;if(this.list&&this.list.client===e&&this.list.user===t)return;this.list?.end();let r=/^thread:[^/]+\/[^/]+\/(.+)$/.exec(this.session?.scope??``)?.[1];this.list=e&&t?new q(n,e,t,r):void 0,this.list?.read()}async#n(){try{this.workspaces=(await this.api.ask(`GET /v1/workspaces`,{})).workspaces}catch{}}render(){let{list:e}=this;if(!e)return i`<div class="list">${this.#i()}<p class="soft">${r.threads.pickWorkspace}</p></div>`;if(e.threads===void 0)return i`<div class="list">${this.#a(e)}</div>`;if(e.threads.length===0&&e.archived.length===0&&!this.current)return i`
        <div class="list">${this.#i()}</div>
        <nu-welcome .list=${e} .first=${this.session.first} .fixed=${this.#r}
          @nu-made=${this.#d} @nu-other=${()=>this.#l(``)}></nu-welcome>
        ${this.#c(e)}
      `;let t=e.threads.filter(e=>Se(e,this.words));return i`
      <nav class="list" aria-label=${r.threads.name}>
        ${this.#i()}
        <div class="head">
          <h2>${r.threads.name}</h2>
          ${this.#r||e.only!==void 0?n:i`
            <button class="primary" aria-label=${r.threads.new} @click=${()=>this.#l(``)}>
              <nu-icon name="plus"></nu-icon>${r.threads.newShort}
            </button>`}
        </div>
        ${this.#a(e)}
        ${e.threads.length>Oe?i`<input class="field" type="search" aria-label=${r.threads.find}
          placeholder=${r.threads.find} .value=${this.words} @input=${this.#u} />`:n}
        ${e.threads.length===0?i`<p class="soft">${r.threads.none}</p>`:t.length===0?i`<p class="soft" role="status">${r.threads.noneFound}</p>`:n}
        ${this.#o(t)}
        ${e.only===void 0?this.#s(e):n}
      </nav>
      ${this.#c(e)}
    `}get#r(){return this.session?.access!==`full`}#i(){let e=this.client&&`${this.client}/${this.user}`;return _e(this.workspaces,e,(e,t)=>this.send(`nu-open`,{client:e,user:t}))}#a(e){return!e.problem&&e.threads?n:e.problem?i`<p class="bad" role="alert">${e.problem}</p>
      <div><button @click=${()=>e.read()}>${r.threads.again}</button></div>`:i`<p class="soft" role="status">${r.git.loading}</p>`}#o(e){let t=e.findIndex(({threadId:e})=>e===this.current),n=this.at<e.length&&this.at>=0?this.at:Math.max(t,0);return i`<ul @keydown=${this.#m}>${v(e,Y,(e,t)=>i`<li>
      <nu-thread-row .thread=${e} .root=${this.api.root} .reached=${t===n}
        .current=${e.threadId===this.current} .working=${this.working.includes(e.threadId)}
        .fixed=${this.#r} .single=${this.list?.only!==void 0}
        @focusin=${()=>this.at=t} @nu-do=${t=>this.#h(e,t.detail)}>
      </nu-thread-row>
    </li>`)}</ul>`}#s(e){return i`
      <label class="archive"><input type="checkbox" .checked=${this.put}
        @change=${()=>this.put=!this.put} />${r.threads.showArchived}</label>
      ${this.put?e.archived.length?i`<ul>${v(e.archived,Y,e=>i`<li>
        <nu-thread-row .thread=${e} .root=${this.api.root} reached .fixed=${this.#r}
          @nu-do=${t=>this.#h(e,t.detail)}></nu-thread-row>
      </li>`)}</ul>`:i`<p class="soft">${r.threads.noneArchived}</p>`:n}
    `}#c(e){return i`
      <nu-new-thread .list=${e} .source=${this.source} ?open=${this.making}
        @nu-made=${this.#d} @nu-close=${()=>this.making=!1}></nu-new-thread>
      <nu-delete-thread .thread=${this.going} @nu-delete=${this.#_}
        @nu-close=${()=>this.going=void 0}></nu-delete-thread>
    `}#l(e){this.source=e,this.making=!0}#u=e=>{this.words=e.target.value,this.at=0};#d=e=>{this.making=!1,this.#f(e.detail.thread)};#f(e){this.send(`nu-open`,{client:this.client,user:this.user,...e===void 0?{}:{thread:e}})}get#p(){return[...this.renderRoot.querySelectorAll(`ul:first-of-type nu-thread-row`)]}#m=e=>{let t=this.#p,n=Ce(this.at,t.length,e.key);[`ArrowDown`,`ArrowUp`,`Home`,`End`].includes(e.key)&&(e.preventDefault(),this.at=n,t[n]?.focus())};async#h(e,t){let{list:n}=this,{threadId:i}=e;if(n)try{if(t.what===`open`)this.#f(i);else if(t.what===`fork`)this.#l(i);else if(t.what===`delete`)this.going=e;else if(t.what===`rename`)await n.rename(i,t.title),await this.updateComplete,this.#p.find(e=>e.thread.threadId===i)?.focus();else{let a=t.what===`back`;await(a?n.bringBack(i):n.archive(i)),a||this.tell(r.threads.archived(m(e.title||i))),!a&&i===this.current&&this.#f(void 0),await this.#g()}}catch(e){this.tell(s(e),`problem`)}}async#g(){await this.updateComplete;let e=this.#p;(e[Math.min(this.at,e.length-1)]??this.renderRoot.querySelector(`.head button`))?.focus()}#_=async e=>{let t=this.going;if(this.going=void 0,t)try{let{head:n}=await this.list?.remove(t.threadId,e.detail.branch)??{head:``};this.tell(r.threads.deleted(m(t.title||t.threadId),n.slice(0,10))),t.threadId===this.current&&this.#f(void 0),await this.#g()}catch(e){this.tell(s(e),`problem`)}}};function Y(e){return e.threadId}_(`nu-threads`,ke);var Ae=o`
  :host {
    display: grid; grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
    background: var(--ground);
    container-type: inline-size;
  }
  .wait { padding: 2rem }
  header {
    display: flex; gap: 0.5rem; align-items: center; min-block-size: 3rem;
    padding-inline: 0.5rem 0.75rem; border-block-end: 1px solid var(--line);
  }
  header nav { display: flex; gap: 0.25rem }
  .skip:not(:focus) { position: absolute; clip-path: inset(50%) }
  main {
    position: relative; display: grid; min-block-size: 0;
    grid-template: minmax(0, 1fr) / [list] auto [chat] minmax(17rem, min(var(--chat, 26rem), 60%)) [edge] auto [rest] minmax(0, 1fr);
  }
  main > * { grid-row: 1; min-block-size: 0; min-inline-size: 0 }
  aside {
    display: none; position: absolute; inset-block: 0; inset-inline-start: 0; z-index: 5;
    grid-template-rows: minmax(0, 1fr) auto; inline-size: min(20rem, 100%);
    border-inline-end: 1px solid var(--line); background: var(--ground);
  }
  aside.listed { display: grid; box-shadow: var(--shadow) }
  aside nu-threads { overflow: auto }
  main.alone aside {
    position: static; grid-column: 1 / -1; inline-size: 100%; border: 0; box-shadow: none;
  }
  nu-chat, nu-missing { grid-column: chat }
  nu-splitter { grid-column: edge }
  nu-preview, nu-git, nu-publish { grid-column: rest }
  nu-git, nu-publish { overflow: auto }
  /* Out of sight, not out of the page: a frame that is moved or hidden loads anew. */
  nu-preview { visibility: hidden }
  nu-git, nu-publish { display: none }
  [data-view='chat'] nu-preview, [data-view='site'] nu-preview { visibility: visible }
  [data-view='git'] nu-git, [data-view='publish'] nu-publish { display: block }
  @container (inline-size >= 50rem) {
    [data-tab='chat'] { display: none }
  }
  @container (inline-size >= 75rem) {
    main:not(.alone) aside { position: static; grid-column: list; inline-size: 17rem; box-shadow: none }
  }
  @container (inline-size < 50rem) {
    main { grid-template-columns: [list chat edge rest] minmax(0, 1fr) }
    nu-splitter { display: none }
    nu-chat, nu-missing { visibility: hidden }
    [data-view='chat'] :is(nu-chat, nu-missing) { visibility: visible }
    [data-view='chat'] nu-preview { visibility: hidden }
    #connection[data-state='live'], header nav button span {
      position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%);
    }
    header nav button { inline-size: 2.5rem; padding: 0 }
  }
`,X=class extends f{static properties={thread:{attribute:!1},list:{state:!0},problem:{state:!0}};static styles=[b,o`
    :host {
      position: relative; display: grid; gap: 0.75rem; align-content: center; justify-items: start;
      padding: 1rem;
    }
    h2 { font-size: 1.25rem }
  `];constructor(){super(),this.list=null,this.problem=``}render(){return i`
      <h2>${r.studio.missing}</h2>
      <p class="soft">${r.studio.missingHelp}</p>
      <button class="primary" ?disabled=${this.list!==null} @click=${this.#e}>${r.studio.openIt}</button>
      ${this.list?i`<nu-making .list=${this.list}></nu-making>`:n}
      <p class="bad" role="alert">${this.problem}</p>
    `}#e=async()=>{let{thread:e}=this,{client:t,user:n,thread:r}=e.key,i=this.list=new q(e.api,t,n);this.problem=``;try{await i.begin(r,null,{from:`site`}),await e.begin()}catch(e){this.problem=s(e)}finally{i.end(),this.list=null}}};_(`nu-missing`,X);var je=class extends f{static properties={api:{attribute:!1},session:{attribute:!1}};static styles=[b,o`
      nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; align-items: center; padding: 0.6rem 0.9rem }
      a, button { color: var(--soft); font-size: 0.85rem; text-decoration: none }
      a:hover { text-decoration: underline }
      button { padding: 0; min-block-size: 1.5rem }
    `];render(){return i`
      <nav aria-label=${r.studio.elsewhere}>
        ${this.session.scope===`operator`?i`<a href="/ops">${r.studio.operator}</a>`:n}
        <a href="/docs">${r.studio.apiDocs}</a>
        <button class="quiet" @click=${this.#e}>${r.studio.signOut}</button>
      </nav>
    `}async#e(){try{await this.api.ask(`DELETE /v1/session`,{}),location.assign(`/`)}catch(e){this.tell(s(e),`problem`)}}};_(`nu-links`,je);var Z=720,Me=24,Q=`nurseryd.chat-width`;function Ne(){try{let e=Number(localStorage.getItem(Q)??void 0);return e>=280&&e<=Z?e:void 0}catch{return}}var Pe=class extends f{static properties={width:{type:Number}};static styles=[b,o`
      :host { inline-size: 9px; margin-inline: -4px; z-index: 2; cursor: col-resize; touch-action: none }
      div { block-size: 100%; inline-size: 100% }
      div::after {
        content: ''; display: block; inline-size: 1px; block-size: 100%; margin-inline: auto;
        background: var(--line);
      }
      div:is(:hover, :focus-visible, .held)::after { inline-size: 3px; background: var(--accent) }
      div:focus-visible { outline: none }
    `];render(){return i`
      <div role="separator" tabindex="0" aria-orientation="vertical" aria-label=${r.studio.resize}
        aria-valuenow=${this.width} aria-valuemin=${280} aria-valuemax=${Z}
        @pointerdown=${this.#t} @keydown=${this.#n}></div>
    `}get#e(){return getComputedStyle(this).direction===`rtl`?-1:1}#t(e){let t=e.currentTarget,[n,r]=[e.clientX,this.width];t.setPointerCapture(e.pointerId),t.classList.add(`held`);let i=({clientX:e})=>this.#r(r+(e-n)*this.#e);t.addEventListener(`pointermove`,i),t.addEventListener(`lostpointercapture`,()=>{t.removeEventListener(`pointermove`,i),t.classList.remove(`held`)},{once:!0})}#n(e){let t={ArrowLeft:-24,ArrowRight:Me}[e.key];t!==void 0&&(e.preventDefault(),this.#r(this.width+t*this.#e))}#r(e){let t=Math.round(Math.min(Z,Math.max(280,e)));try{localStorage.setItem(Q,String(t))}catch{}this.send(`nu-width`,{width:t})}};_(`nu-splitter`,Pe);var Fe=[`chat`,`site`,`git`,`publish`],$=800,Ie=420,Le={chat:`edit`,site:`screen`,git:`branch`,publish:`publish`},Re=class extends f{static properties={session:{state:!0},why:{state:!0},place:{state:!0},view:{state:!0},thread:{state:!0},listed:{state:!0},problem:{state:!0},title:{state:!0},width:{state:!0}};static styles=[h,b,Ae,o`:host { block-size: 100dvh }`];#e=new u(new URL(`/`,location.href));#t=()=>this.#s(C(location.pathname));constructor(){super(),this.session=void 0,this.why=t(),this.problem=``,this.place=C(location.pathname),this.view=`site`,this.listed=!1,this.title=``,this.width=Ne()??Ie,new c(this,()=>this.thread),this.addEventListener(`nu-open`,e=>{let t=e.detail;S(t)!==location.pathname&&history.pushState(null,``,S(t)),this.#s(t)}),this.addEventListener(`nu-titled`,e=>this.#d(e.detail.title)),this.addEventListener(`nu-lost`,()=>void this.thread?.look()),this.addEventListener(`nu-tell`,e=>this.#p(e.detail)),this.addEventListener(`nu-pick`,e=>{let t=this.#r;t&&(t.selection=e.detail.selection),this.#c(`chat`)}),this.addEventListener(`nu-say`,e=>{this.#r?.say(e.detail.text),this.#c(`chat`)})}connectedCallback(){super.connectedCallback(),window.addEventListener(`popstate`,this.#t),this.#o()}disconnectedCallback(){super.disconnectedCallback(),window.removeEventListener(`popstate`,this.#t),this.thread?.end(),this.thread=void 0}render(){if(this.session===void 0)return i`<p class="wait" role="status">${this.problem||r.studio.connecting}</p>`;if(this.session===null||this.#i){let e=this.session===null?this.why:r.studio.signedOut;return i`<nu-sign-in .why=${e} @nu-signed-in=${this.#o}></nu-sign-in>`}let{thread:e}=this;return i`
      <header>
        <a class="skip" href="#chat" @click=${this.#u}>${r.studio.skip}</a>
        <button class="quiet icon" aria-label=${r.studio.threads} aria-expanded=${this.listed}
          @click=${()=>this.listed=!this.listed}><nu-icon name="menu"></nu-icon></button>
        <h1 class="cut">${e?this.title||this.place.thread:r.studio.title}</h1>
        <span id="connection" class="soft small cut" data-state=${e?.connection.state??``} role="status">${this.#a}</span>
        <span class="grow"></span>
        ${e?this.#n():n}
      </header>
      <main class=${e?``:`alone`} data-view=${this.view}>
        <aside class=${this.listed||!e?`listed`:``} @keydown=${this.#l}>
          <nu-threads .api=${this.#e} .session=${this.session} .client=${this.place.client}
            .user=${this.place.user} .current=${this.place.thread}
            .working=${e?.working??[]}></nu-threads>
          <nu-links .api=${this.#e} .session=${this.session}></nu-links>
        </aside>
        ${e?i`
          <nu-chat eager .thread=${e}
            ?watching=${this.session.access!==`full`}></nu-chat>
          ${e.exists===!1?i`<nu-missing .thread=${e}></nu-missing>`:n}
          <nu-splitter .width=${this.width} @nu-width=${this.#f}></nu-splitter>
          <nu-preview .thread=${e}
            ?watching=${this.session.access!==`full`}></nu-preview>
          <nu-git .thread=${e} .shown=${this.view===`git`}></nu-git>
          <nu-publish .thread=${e} .shown=${this.view===`publish`}></nu-publish>
        `:n}
      </main>
      <nu-toasts></nu-toasts>
    `}#n(){return i`
      <nav aria-label=${r.studio.views}>
        ${Fe.map(e=>i`
          <button class="quiet" data-tab=${e} aria-label=${r.studio[e]} aria-pressed=${this.view===e}
            @click=${()=>this.view=e}>
            <nu-icon name=${Le[e]}></nu-icon><span>${r.studio[e]}</span>
          </button>
        `)}
      </nav>
    `}updated(){this.style.setProperty(`--chat`,`${this.width}px`)}get#r(){return this.renderRoot.querySelector(`nu-chat`)}get#i(){let{thread:e}=this;return e?.connection.state===`refused`&&e.connection.problem.status===401}get#a(){return this.thread&&this.thread.exists!==!1?x(this.thread.connection):``}#o=async()=>{this.session=await e(this.#e,e=>this.problem=e),this.session!==null&&(this.why=``,this.#s(C(location.pathname)))};#s(e){let t=this.session?.first;this.place=e.client?e:{...t?{client:t.clientId,user:t.userId}:{}},this.listed=!1;let n=ne(this.place);n&&this.thread&&ze(n,this.thread.key)?this.thread.begin():(this.thread?.end(),this.thread=n&&new ee(this.#e,n),this.thread?.begin(),this.offsetWidth<$&&(this.view=`chat`),this.#d(this.place.thread??``))}#c(e){this.offsetWidth>=$&&e===`chat`||(this.view=e)}#l(e){let t=e.defaultPrevented||e.composedPath().some(e=>e instanceof HTMLDialogElement);e.key===`Escape`&&!t&&this.thread&&(this.listed=!1,this.renderRoot.querySelector(`header button`)?.focus())}#u(e){e.preventDefault(),this.#c(`chat`),this.#r?.focus()}#d(e){this.title=e,document.title=e||r.studio.title}#f(e){this.width=e.detail.width}#p(e){this.renderRoot.querySelector(`nu-toasts`)?.show(e)}};function ze(e,t){return e.client===t.client&&e.user===t.user&&e.thread===t.thread}_(`nu-studio`,Re);