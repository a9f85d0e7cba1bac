import{n as e,t}from"./sign-in.js";import{C as n,E as r,F as i,I as a,M as o,P as s,S as c,T as l,a as u,b as d,c as f,d as ee,f as te,i as p,m,n as h,t as ne,u as g,v as _,w as v,x as y,y as b}from"./toasts.js";import"./preview.js";import{t as x}from"./dialog.js";import{n as S,r as C,t as re}from"./place.js";function w(e){let t=e instanceof n?e.reply.conflicts:void 0;return Array.isArray(t)?t:[]}var ie=class extends _{static properties={problem:{attribute:!1},branch:{}};static styles=[y,a`
      .card { display: grid; gap: 0.6rem; border-color: var(--warn) }
      h3 { display: flex; gap: 0.5rem; align-items: center }
      li { overflow-wrap: anywhere }
      pre {
        direction: ltr; max-block-size: 22rem; padding: 0.75rem; overflow: auto;
        border-radius: var(--radius); background: var(--raised); white-space: pre-wrap; text-align: left;
      }
      .mark { color: var(--warn); font-weight: 700 }
    `];render(){let e=w(this.problem),t=e.filter(e=>e.with===`commit`).map(({path:e})=>e);return s`
      <section class="card" role="alert">
        <h3 class="warn"><nu-icon name="warning"></nu-icon>${l.git.conflictsTitle}</h3>
        <p>${l.git.conflictsText}</p>
        <ul>${e.map(e=>s`<li>
          <span class="mono">${h(e.path)}</span>
          <span class="soft small">${l.git.conflictWith[e.with]}</span>
          ${e.text===null?o:s`<details>
            <summary>${l.git.conflictText(h(e.path))}</summary>
            <pre tabindex="0">${e.text.split(`
`).map(T)}</pre>
          </details>`}
        </li>`)}</ul>
        ${t.length?s`<div class="row">
          <button @click=${()=>this.send(`nu-say`,{text:l.git.mergeWish(this.branch,t.join(`, `))})}>
            <nu-icon name="edit"></nu-icon>${l.git.askToMerge}
          </button>
        </div>`:o}
      </section>
    `}};function T(e){let t=/^(<{7}|={7}|>{7}|\|{7})/.test(e);return s`<span class=${t?`mark`:o}>${h(e)}</span>\n`}d(`nu-conflicts`,ie);var E=30,D=250,ae=new Set([`commit`,`file.changed`,`turn.finished`,`turn.undone`,`turn.redone`,`turn.settled`,`turn.given_up`]),oe=class extends EventTarget{thread;git;files=[];truncated=!1;commits=[];older=!1;workspace;busy;problem=``;#e=0;#t=!0;#n;#r;#i=!1;#a;constructor(e){super(),this.thread=e;let{client:t,user:n,thread:r}=e.key;this.#a=new m(`nu-git ${t}/${n}/${r}`,()=>this.#l())}get api(){return this.thread.api}get remote(){return this.workspace===void 0||this.workspace.repoUrl!==null}watch(){return this.#e+=1,this.#e===1&&(this.thread.addEventListener(`happened`,this.#u),this.thread.addEventListener(`change`,this.#d),this.#a.begin()),this.#t&&this.read(),()=>{--this.#e,this.#e||(this.#t=!0,clearTimeout(this.#n),this.thread.removeEventListener(`happened`,this.#u),this.thread.removeEventListener(`change`,this.#d),this.#a.end())}}async read(){for(this.#t=!0;this.#t||this.#r;)this.#r??=this.#o().finally(()=>this.#r=void 0),await this.#r}async readOlder(){let e=this.commits.at(-1)?.hash;if(e===void 0)return;let t=await this.#s(e);this.commits=[...this.commits,...t],this.older=t.length===E,this.#f()}async doing(e,t){this.busy=e,this.#f();try{return await t()}finally{this.busy=void 0,this.#a.tell(),await this.read()}}async diff(e,t){let{diff:n}=await this.api.ask(`GET ${g}/diff`,{path:this.thread.path,query:{base:e??null,target:t??null}});return n}async#o(){this.#t=!1;let{path:e}=this.thread;try{let[{git:t},{files:n,truncated:r},i]=await Promise.all([this.api.ask(`GET ${g}/git`,{path:e}),this.diff(),this.#s(),this.#c()]);this.git=t,this.files=n,this.truncated=r;let a=this.commits.findIndex(({hash:e})=>e===i.at(-1)?.hash);this.commits=a<0?i:[...i,...this.commits.slice(a+1)],this.commits.length===i.length&&(this.older=i.length===E),this.problem=``,this.#a.done()}catch(e){this.problem=v(e),this.#a.failed(e)}this.#f()}async#s(e){let t=e===void 0?{limit:E}:{limit:E,before:e};return(await this.api.ask(`GET ${g}/log`,{path:this.thread.path,query:t})).commits}async#c(){if(this.workspace!==void 0)return;let{client:e,user:t}=this.thread.key;try{let n={client:e,user:t};this.workspace=(await this.api.ask(`GET /v1/workspaces/{client}/{user}`,{path:n})).workspace}catch(e){if(!(e instanceof n&&[401,403,404].includes(e.status)))throw e}}#l(){this.#t=!0,clearTimeout(this.#n),this.#n=setTimeout(()=>void this.read(),D)}#u=e=>{ae.has(e.detail.type)&&this.#l()};#d=()=>{let e=this.thread.transfer!==null;this.#i&&!e&&this.#l(),this.#i=e,this.#f()};#f(){this.dispatchEvent(new Event(`change`))}},O=new WeakMap;function k(e){let t=O.get(e);if(t)return t;let n=new oe(e);return O.set(e,n),n}var A=a`
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
`,j=class extends _{static properties={thread:{attribute:!1}};constructor(){super(),new b(this,()=>this.thread&&k(this.thread))}get state(){return k(this.thread)}async act(e,t,n=()=>!1){try{await this.state.doing(e,t)}catch(e){n(e)||this.tell(v(e),`problem`)}}};d(`nu-pull-request`,class extends j{static properties={made:{state:!0}};static styles=[y,A];render(){let{made:e}=this,t=p(e?.url);return e?s`<p role="status" class="good">
        ${e.existing?l.git.requestedBefore(e.number):l.git.requested(e.number)}
        ${t?s`<a href=${t} target="_blank" rel="noreferrer">${l.git.requestLink(e.number)}</a>`:o}
      </p>`:s`
      <details>
        <summary>${l.git.request}</summary>
        <form @submit=${this.#e}>
          <p class="soft small">${l.git.requestText}</p>
          <label for="title">${l.git.requestTitle}</label>
          <input id="title" class="field" required maxlength="200" .value=${this.state.commits[0]?.subject??``} />
          <label for="body">${l.git.requestBody}</label>
          <textarea id="body" class="field" rows="4"></textarea>
          <label class="row"><input id="draft" type="checkbox" />${l.git.requestDraft}</label>
          <div><button class="primary" ?disabled=${!!this.state.busy}>${l.git.requestNow}</button></div>
        </form>
      </details>
    `}#e(e){e.preventDefault();let t=e=>this.renderRoot.querySelector(`#${e}`),n={title:t(`title`)?.value.trim()??``,body:t(`body`)?.value??``,draft:t(`draft`)?.checked??!1};this.act(`request`,async()=>{let e={path:this.thread.path,body:n};this.made=(await this.thread.api.ask(`POST ${g}/pull-request`,e)).pullRequest})}});var se=class extends j{static properties={compare:{state:!0},refused:{state:!0},conflict:{state:!0},forcing:{state:!0}};static styles=[y,A];constructor(){super(),this.#e()}willUpdate(e){e.has(`thread`)&&this.#e()}#e(){this.compare=this.conflict=void 0,this.refused=``,this.forcing=!1}render(){let{git:e,remote:t}=this.state;return e?s`
      <section class="card" aria-label=${l.git.branch}>
        <div class="row">
          <nu-icon name="branch"></nu-icon>
          <h2 class="mono quote">${h(e.branch)}</h2>
          <span class="soft small">${t?ce(e):l.git.noRemote}</span>
        </div>
        <div class="row">${t?this.#t(e):this.#n(`update`,e)}</div>
        ${this.#r()} ${this.#i(e)}
        ${this.conflict?s`<nu-conflicts .problem=${this.conflict.problem}
          .branch=${this.conflict.branch}></nu-conflicts>`:o}
        ${this.compare?s`
          <p><a href=${this.compare} target="_blank" rel="noreferrer">${l.git.compare}</a></p>
          <nu-pull-request .thread=${this.thread}></nu-pull-request>`:o}
      </section>
      <nu-dialog label=${l.git.forceTitle(e.branch)} ?open=${this.forcing}
        @nu-close=${()=>this.forcing=!1}>
        <p>${l.git.forceText(e.behind)}</p>
        <div class="actions">
          <button @click=${()=>this.forcing=!1}>${l.threads.cancel}</button>
          <button class="danger" @click=${()=>this.#s(!0)}>${l.git.forceNow}</button>
        </div>
      </nu-dialog>
    `:o}#t(e){return s`
      <button class=${e.canPush?`primary`:``} ?disabled=${!!this.state.busy||!e.canPush}
        @click=${()=>this.#s(!1)}><nu-icon name="publish"></nu-icon>${l.git.push}</button>
      ${e.behind?s`<button ?disabled=${!!this.state.busy}
        @click=${()=>this.#o(e.branch)}>${l.git.pull}</button>`:o}
      ${this.#n(`fetch`,e)} ${this.#n(`update`,e)}
    `}#n(e,t){let n=e===`fetch`?l.git.fetch:l.git.update(h(t.default)),r=e===`fetch`?this.#a:()=>this.#o(t.default);return s`<button ?disabled=${!!this.state.busy} @click=${r}>${n}</button>`}#r(){let{transfer:e}=this.thread,{busy:t}=this.state,n=t===`push`?l.git.pushing:t===`fetch`?l.git.fetching:t===`pull`||t===`update`?l.git.pulling:``;if(!n)return s`<div role="status"></div>`;let r=e?.total??0;return s`
      <div role="status" class="small">${n}</div>
      <progress aria-label=${n} max=${r||o} value=${r?e?.done??0:o}></progress>
    `}#i(e){return this.refused?e.behind?s`
      <div class="card" role="alert">
        <h3 class="warn">${l.git.behindTitle}</h3>
        <p>${l.git.behindText}</p>
        <div class="row">
          <button class="primary" ?disabled=${!!this.state.busy} @click=${this.#c}>${l.git.fetchAndPull}</button>
          <button class="danger" ?disabled=${!!this.state.busy} @click=${()=>this.forcing=!0}>${l.git.force}</button>
        </div>
      </div>
    `:s`<p class="bad quote" role="alert">${this.refused}</p>`:o}#a=()=>this.act(`fetch`,async()=>{let{changed:e}=await this.thread.api.ask(`POST ${g}/fetch`,{path:this.thread.path});this.tell(e.length?l.git.moved(e.length):l.git.stood)});async#o(e){let t=!1;return this.conflict=void 0,await this.act(e===this.state.git?.branch?`pull`:`update`,async()=>{let n={branch:e},{outcome:r}=await this.thread.api.ask(`POST ${g}/pull`,{path:this.thread.path,body:n});t=!0,this.tell(l.git.outcome[r])},t=>w(t).length?(this.conflict={problem:t,branch:e},!0):!1),t}#s(e){return this.#e(),this.act(`push`,async()=>{let{api:t,path:n}=this.thread;try{let r=await t.ask(`POST ${g}/push`,{path:n,body:{force:e}});this.compare=p(r.compare),this.tell(l.git.pushed(r.branch))}catch(e){this.refused=v(e),await t.ask(`POST ${g}/fetch`,{path:n}).catch(()=>void 0)}})}#c=async()=>{let{git:e}=this.state;e&&await this.#o(e.branch)&&await this.#s(!1)}};function ce(e){let{ahead:t,behind:n,upstream:r}=e;return r?[t&&l.git.toPush(t),n&&l.git.toPull(n)].filter(Boolean).join(`, `)||l.git.upToDate:t?l.git.notPushed(t):l.git.nothingYet}d(`nu-git-branch`,se);var le=class extends j{static properties={discarding:{state:!0},saved:{state:!0}};static styles=[y,A];constructor(){super(),this.discarding=!1,this.saved=``}willUpdate(e){e.has(`thread`)&&(this.saved=``)}render(){let{git:e,files:t,truncated:n}=this.state;return e?s`
      <section class="card" aria-labelledby="title">
        <div class="row">
          <h2 id="title">${l.git.changes}</h2>
          ${e.clean?o:s`<span class="badge">${M(e)}</span>`}
        </div>
        ${e.clean?s`<p class="soft">${l.git.clean}</p>`:s`
          <nu-diff .files=${t} .truncated=${n}></nu-diff>
          ${this.#e()}
        `}
        ${this.saved?s`<div class="row" role="status">
          <span>${l.git.discarded(this.saved.slice(0,10))}</span>
          <button ?disabled=${!!this.state.busy} @click=${this.#r}>
            <nu-icon name="undo"></nu-icon>${l.git.undiscard}
          </button>
        </div>`:o}
      </section>
      <nu-dialog label=${l.git.discardTitle} ?open=${this.discarding}
        @nu-close=${()=>this.discarding=!1}>
        <p>${l.git.discardText(M(e))}</p>
        <div class="actions">
          <button @click=${()=>this.discarding=!1}>${l.threads.cancel}</button>
          <button class="danger" @click=${this.#n}>${l.git.discardNow}</button>
        </div>
      </nu-dialog>
    `:o}#e(){let e=!!this.state.busy||this.thread.working.includes(this.thread.key.thread);return s`
      <form @submit=${this.#t}>
        <label for="message">${l.git.message}</label>
        <textarea id="message" class="field" rows="2" required></textarea>
        <div class="row">
          <button class="primary" ?disabled=${e}>${l.git.commit}</button>
          <span class="grow"></span>
          <button type="button" class="quiet bad" ?disabled=${e}
            @click=${()=>this.discarding=!0}>${l.git.discard}</button>
        </div>
      </form>
    `}#t(e){e.preventDefault();let t=this.renderRoot.querySelector(`#message`),n=t?.value.trim()??``;n&&this.act(`commit`,async()=>{let e={path:this.thread.path,body:{message:n}},{commit:r}=await this.thread.api.ask(`POST ${g}/commit`,e);t&&(t.value=``);let[i=``]=n.split(`
`);this.tell(r?l.git.committed(i):l.git.nothingToCommit)})}#n=()=>{this.discarding=!1,this.act(`discard`,async()=>{let{saved:e}=await this.thread.api.ask(`POST ${g}/discard`,{path:this.thread.path});this.saved=e??``,e||this.tell(l.git.nothingToDiscard)})};#r=()=>this.act(`restore`,async()=>{let e={path:this.thread.path,body:{commit:this.saved}};await this.thread.api.ask(`POST ${g}/restore`,e),this.saved=``})};function M(e){return e.added.length+e.modified.length+e.deleted.length+e.untracked.length}d(`nu-git-changes`,le);var ue=/^(Thread|Turn)-ID: .*$/gm,de=class extends j{static properties={restoring:{state:!0}};static styles=[y,A,a`
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
    `];#e=new Set;#t=new Map;constructor(){super(),this.restoring=``}willUpdate(e){e.has(`thread`)&&(this.#e.clear(),this.#t.clear(),this.restoring=``)}render(){let{git:e,commits:t,older:n}=this.state;return e?s`
      ${e.kept.length?s`
        <section class="card" aria-labelledby="kept">
          <h2 id="kept">${l.git.kept}</h2>
          <p class="soft">${l.git.keptText}</p>
          <ol>${e.kept.map(t=>this.#r(t,e.head))}</ol>
        </section>`:o}
      <section class="card" aria-labelledby="history">
        <h2 id="history">${l.git.history}</h2>
        ${t.length?o:s`<p class="soft">${l.git.noHistory}</p>`}
        <ol>${t.map(e=>this.#n(e))}</ol>
        ${n?s`<div><button @click=${this.#s}>${l.git.older}</button></div>`:o}
      </section>
      <nu-dialog label=${l.git.restoreTitle} ?open=${this.restoring!==``}
        @nu-close=${()=>this.restoring=``}>
        <p>${l.git.restoreText}</p>
        <div class="actions">
          <button @click=${()=>this.restoring=``}>${l.threads.cancel}</button>
          <button class="primary" @click=${this.#c}>${l.git.restoreNow}</button>
        </div>
      </nu-dialog>
    `:o}#n(e){let t=new Date(e.time),n=s`
      <span class="quote">${h(e.subject)}</span>
      <code class="soft">${e.hash.slice(0,8)}</code>
      <span class="about soft small">
        <time datetime=${e.time} title=${f(t)}>${u(t,new Date)}</time>
        · <bdi>${h(e.author)}</bdi>${e.turnId?` · ${l.git.byAgent}`:``}
      </span>`,r=e.message.slice(e.subject.length).replace(ue,``).trim(),i=e.parents[0];return this.#i(e.hash,n,s`
      ${r?s`<p class="message quote small">${r.split(`
`).map(e=>s`${h(e)}\n`)}</p>`:o}
      ${i===void 0?s`<p class="soft">${l.git.firstCommit}</p>`:this.#a(e.hash)}
    `,()=>i!==void 0&&this.#o(e.hash,i))}#r(e,t){let n=s`<code>${e.slice(0,10)}</code><span></span>`;return this.#i(e,n,s`
      <p class="soft small">${l.git.keptDiff}</p>${this.#a(e)}
    `,()=>this.#o(e,t))}#i(e,t,n,r){let i=this.#e.has(e);return s`
      <li>
        <button class="quiet entry" aria-expanded=${i} @click=${()=>{i?this.#e.delete(e):(this.#e.add(e),r()),this.requestUpdate()}}>
          <nu-icon name="down"></nu-icon>${t}
        </button>
        ${i?s`<div class="body">
          ${n}
          ${e===this.state.git?.head?o:s`<div>
            <button ?disabled=${!!this.state.busy} @click=${()=>this.restoring=e}>
              <nu-icon name="undo"></nu-icon>${l.git.restore}
            </button>
          </div>`}
        </div>`:o}
      </li>
    `}#a(e){let t=this.#t.get(e);return t===void 0?s`<p class="soft" role="status">${l.git.loading}</p>`:typeof t==`string`?s`<p class="bad quote" role="alert">${t}</p>`:s`<nu-diff .files=${t.files} .truncated=${t.truncated}></nu-diff>`}async#o(e,t){if(typeof this.#t.get(e)==`object`)return;let{state:n}=this;try{this.#t.set(e,await n.diff(t,e))}catch(t){this.#t.set(e,v(t))}this.requestUpdate()}#s=()=>this.state.readOlder().catch(e=>this.tell(v(e),`problem`));#c=()=>{let e=this.restoring,t=this.state.git?.head??null;this.restoring=``,this.act(`restore`,async()=>{let n={path:this.thread.path,body:{commit:e,expectedHead:t}},{outcome:r}=await this.thread.api.ask(`POST ${g}/restore`,n);this.tell(l.git.outcome[r])})}};d(`nu-git-history`,de);var N=class{#e;#t;constructor(e){e.addController(this)}watch(e){e!==this.#e&&(this.#t?.(),this.#e=e,this.#t=e?.watch())}hostDisconnected(){this.watch(void 0)}};d(`nu-git`,class extends j{static properties={shown:{type:Boolean}};static styles=[y,A];#e=new N(this);constructor(){super(),new b(this,()=>this.thread)}willUpdate(e){this.#e.watch(this.shown&&this.thread.exists?this.state:void 0)}render(){let{thread:e,state:t}=this;return e.exists===!1?o:s`
      <div class="pane">
        ${t.problem?s`<div class="card" role="alert">
          <p class="bad quote">${t.problem}</p>
          <div><button @click=${()=>t.read()}><nu-icon name="reload"></nu-icon>${l.git.again}</button></div>
        </div>`:o}
        ${t.git?s`
          <nu-git-branch .thread=${e}></nu-git-branch>
          <nu-git-changes .thread=${e}></nu-git-changes>
          <nu-git-history .thread=${e}></nu-git-history>
        `:t.problem?o:s`<p class="soft" role="status">${l.git.loading}</p>`}
      </div>
    `}});var P=5,F=class extends _{static properties={errors:{attribute:!1},output:{}};static styles=[y,a`
      :host { display: grid; gap: 0.75rem }
      li { display: grid; gap: 0.4rem; padding-block: 0.4rem }
      p { overflow-wrap: anywhere; unicode-bidi: plaintext }
      pre {
        direction: ltr; max-block-size: 12rem; padding: 0.6rem 0.75rem; overflow: auto; text-align: left;
        border-radius: var(--radius); background: var(--raised); white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
    `];render(){let{errors:e,output:t}=this;return s`
      ${e.length?s`
        <h3>${l.publish.errors(e.length)}</h3>
        <ul>${e.map(e=>this.#e(e))}</ul>`:o}
      ${t?s`<details ?open=${!e.length}>
        <summary>${l.publish.output}</summary><pre tabindex="0">${t}</pre>
      </details>`:o}
      <div><button class="primary" @click=${this.#t}>
        <nu-icon name="edit"></nu-icon>${l.publish.fix}
      </button></div>
    `}#e(e){let[t=``,...n]=e.message.split(`
`),r=e.frame||n.join(`
`).trimEnd();return s`<li>
      <p class="bad">${t}</p>
      ${e.file?s`<p class="mono soft">${L(e)}</p>`:o}
      ${r?s`<pre tabindex="0">${r}</pre>`:o}
    </li>`}#t=()=>{let e=this.errors.slice(0,P).map(e=>`${L(e)} ${I(e.message)}`.trim()),t=l.publish.fixWish(e.join(`
`)||this.output.slice(-1500));this.send(`nu-say`,{text:t})}};function I(e){return e.split(`
`,1)[0]??``}function L({file:e,line:t,column:n}){return h(e)+(t===null?``:l.publish.at(t,n))}d(`nu-mistakes`,F);function R(e,{git:t,remote:n}){let r=t.clean?[]:[`commit`];return e===`merge`?(r.push(`update`,`build`,`merge`),n&&r.push(`push-default`)):(r.push(`build`),n&&r.push(`push`)),r.map(e=>({id:e,state:`waiting`,told:``}))}function z(e){if(!e.some(({state:e})=>e===`failed`||e===`running`))return e.find(({state:e})=>e===`waiting`)?.id}function B(e,t,n,r=``){return e.map(e=>e.id===t?{id:t,state:n,told:r}:e)}function V(e){return e.map(e=>e.state===`failed`?{...e,state:`waiting`,told:``}:e)}function H(e){return e.length>0&&e.every(({state:e})=>e===`done`)}var fe=class extends EventTarget{thread;way=`review`;steps=[];running=!1;errors=[];output=``;problem;compare;#e;constructor(e){super(),this.thread=e,this.#e=k(e)}plan(e){return this.steps.length?this.steps:R(this.way,{git:e,remote:this.#e.remote})}get over(){return H(this.steps)}get failed(){return this.steps.find(({state:e})=>e===`failed`)?.id}go(e){this.running||(this.way=e,this.forget())}forget(){this.steps=this.errors=[],this.output=``,this.problem=this.compare=void 0,this.#r()}async run(e){let{git:t}=this.#e;if(!this.running&&t){this.running=!0,this.errors=[],this.output=``,this.problem=void 0,this.steps=V(this.plan(t));for(let r=z(this.steps);r!==void 0;r=z(this.steps)){this.#n(r,`running`);try{this.#n(r,`done`,await this.#t(r,e,t))}catch(e){this.problem=e instanceof n?e:new n(0,v(e)),this.errors=this.problem.reply.errors??[],this.output=String(this.problem.reply.output??``),this.#n(r,`failed`,this.problem.message.split(`
`,1)[0])}}this.running=!1,this.#r(),await this.#e.read()}}async#t(e,t,n){let{api:r,path:i}=this.thread;switch(e){case`commit`:{let{commit:e}=await r.ask(`POST ${g}/commit`,{path:i,body:{message:t}});return e?l.publish.committed(e.hash.slice(0,10)):l.git.nothingToCommit}case`build`:{let{seconds:e}=await r.ask(`POST ${g}/preview/build`,{path:i});return l.publish.built(e)}case`push`:{let e=await r.ask(`POST ${g}/push`,{path:i,body:{}});return this.compare=p(e.compare),``}case`update`:return U(await r.ask(`POST ${g}/pull`,{path:i,body:{branch:n.default}}));case`merge`:return U(await r.ask(`POST ${g}/merge`,{path:i}));case`push-default`:return await r.ask(`POST ${g}/push`,{path:i,body:{defaultBranch:!0}}),``}}#n(e,t,n=``){this.steps=B(this.steps,e,t,n),this.#r()}#r(){this.dispatchEvent(new Event(`change`))}};function U({outcome:e}){return l.git.outcome[e]}var W=new WeakMap;function G(e){let t=W.get(e)??new fe(e);return W.set(e,t),t}var pe=a`
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
`,me={done:`check`,failed:`close`,running:`publish`},he=class extends j{static properties={shown:{type:Boolean}};static styles=[y,A,pe];#e=new N(this);constructor(){super(),new b(this,()=>this.thread),new b(this,()=>this.thread&&G(this.thread))}willUpdate(e){this.#e.watch(this.shown&&this.thread.exists?this.state:void 0);let t=G(this.thread);!this.state.remote&&t.way===`review`&&t.go(`merge`)}render(){let{git:e,problem:t}=this.state;if(this.thread.exists===!1)return o;if(!e)return s`<div class="pane"><p class=${t?`bad quote`:`soft`} role="status">
        ${t||l.git.loading}</p></div>`;let n=G(this.thread);return s`
      <div class="pane">
        <h2>${l.publish.title}</h2>
        ${this.#t(n,e)}
        <section class="card" aria-label=${l.publish.name}>
          <ol>${n.plan(e).map((t,r)=>this.#n(t,r,e,n))}</ol>
          ${this.#a(n,e)}
        </section>
        ${n.over?this.#o(n,e):o}
      </div>
    `}#t(e,t){let{remote:n}=this.state,r=e=>e===`review`?l.publish.wayText.review:n?l.publish.wayText.merge(h(t.default)):l.publish.wayTextLocal,i=n?[`review`,`merge`]:[`merge`];return s`
      <fieldset ?disabled=${e.running}>
        <legend class="unseen">${l.publish.ways}</legend>
        <div class="ways">${i.map(t=>s`
          <label class="way">
            <input type="radio" name="way" .checked=${e.way===t} @change=${()=>e.go(t)} />
            <b>${l.publish.way[t]}</b>
            <span class="soft small">${r(t)}</span>
          </label>`)}
        </div>
      </fieldset>
    `}#n(e,t,n,r){let i=me[e.state];return s`
      <li class="step ${e.state}" aria-current=${e.state===`running`?`step`:o}>
        <span class="sign" aria-hidden="true">${i?s`<nu-icon name=${i}></nu-icon>`:t+1}</span>
        <span>${ge(e.id,n)}</span>
        <span class="small ${e.state===`failed`?`bad`:`soft`}">${l.publish.state[e.state]}</span>
        ${e.told?s`<p class="more small quote ${e.state===`failed`?`bad`:`soft`}">${e.told}</p>`:o}
        ${this.#r(e)}
        ${e.state===`failed`?s`<div class="more">${this.#i(e.id,r,n)}</div>`:o}
        ${e.id===`build`&&e.state===`done`?s`<div class="more">
          <button @click=${this.#c}><nu-icon name="open"></nu-icon>${l.publish.seeBuilt}</button>
        </div>`:o}
      </li>
    `}#r(e){if(e.state!==`running`)return o;let t=e.id.startsWith(`push`)?this.thread.transfer:null,n=t?.total??0;return s`<progress class="more" aria-label=${l.publish.state.running}
      max=${n||o} value=${n?t?.done??0:o}></progress>`}#i(e,t,n){let{problem:r}=t;return r&&w(r).length?s`<nu-conflicts .problem=${r} .branch=${n.default}></nu-conflicts>`:e===`build`?s`<nu-mistakes .errors=${t.errors} .output=${t.output}></nu-mistakes>`:o}#a(e,t){let n=this.thread.working.includes(this.thread.key.thread),r=e.plan(t).some(({id:e,state:t})=>e===`commit`&&t!==`done`),i=e.over?l.publish.restart:e.failed?l.publish.resume:l.publish.start;return s`
      <form @submit=${this.#s}>
        ${r?s`
          <label for="message">${l.publish.messageLabel}</label>
          <input id="message" class="field" required ?disabled=${e.running} value=${l.publish.message} />`:o}
        <div class="row">
          <button class=${e.over?``:`primary`} ?disabled=${e.running||n}>
            <nu-icon name="publish"></nu-icon>${i}
          </button>
          ${e.failed&&!e.running?s`<button type="button" class="quiet" @click=${()=>e.forget()}>${l.publish.restart}</button>`:o}
          ${n?s`<span class="soft small" role="status">${l.publish.workingFirst}</span>`:o}
        </div>
      </form>
    `}#o(e,t){let{remote:n}=this.state,{over:r}=l.publish,i=e.way===`review`?r.review(h(t.branch)):n?r.merge(h(t.default)):r.local(h(t.default));return s`
      <section class="card outcome" role="status">
        <p class="good">${i}</p>
        ${e.compare?s`
          <p><a href=${e.compare} target="_blank" rel="noreferrer">${l.git.compare}</a></p>
          <nu-pull-request .thread=${this.thread}></nu-pull-request>`:o}
      </section>
    `}#s=e=>{e.preventDefault();let t=G(this.thread);if(t.over){t.forget();return}let n=this.renderRoot.querySelector(`#message`);t.run(n?.value.trim()||l.publish.message)};#c=async()=>{let e=window.open(`about:blank`);try{let t={path:this.thread.path,body:{built:!0}},{url:n}=await this.thread.api.ask(`POST ${g}/preview/link`,t);e&&(e.opener=null,e.location.replace(n))}catch(t){e?.close(),this.tell(v(t),`problem`)}}};function ge(e,t){let n=l.publish.step[e];return typeof n==`string`?n:n(h(t.default))}d(`nu-publish`,he);function _e(e,t,n){if(!e.length||e.length<2&&t)return o;let r=e.map(({clientId:e,userId:t})=>`${e}/${t}`);return s`
    <label class="label" for="workspace">${l.threads.workspace}</label>
    <select id="workspace" class="field" @change=${e=>{let[t,r]=e.target.value.split(`/`);t&&r&&n(t,r)}}>
      ${t&&r.includes(t)?o:s`<option value="" selected>${t??``}</option>`}
      ${r.map(e=>s`<option value=${e} ?selected=${e===t}>${e}</option>`)}
    </select>
  `}var ve=class extends _{static properties={thread:{attribute:!1},branch:{state:!0}};static styles=[y,a`
      .body { display: grid; gap: 0.6rem }
      label { display: flex; gap: 0.6rem; align-items: center }
      .actions { display: flex; flex-wrap: wrap; gap: 0.5rem; justify-content: end }
    `];constructor(){super(),this.branch=!1}willUpdate(){this.thread||(this.branch=!1)}render(){let{thread:e}=this,{threads:t}=l,n=h(e?.title||e?.threadId||``);return s`
      <nu-dialog label=${t.deleteTitle(n)} ?open=${e!==void 0} @nu-close=${this.#e}>
        ${e?s`<div class="body">
          <p>${t.deleteGoes}</p>
          ${this.branch?o:s`<p>${t.deleteStays}</p>`}
          <label><input type="checkbox" .checked=${this.branch}
            @change=${()=>this.branch=!this.branch} />${t.deleteBranch}</label>
          <div class="actions">
            <button @click=${this.#e}>${t.cancel}</button>
            <button class="danger" @click=${()=>this.send(`nu-delete`,{branch:this.branch})}>${t.deleteNow}</button>
          </div>
        </div>`:o}
      </nu-dialog>
    `}#e=()=>this.send(`nu-close`)};d(`nu-delete-thread`,ve);var ye=40,be=`conversation`;function xe(e,t){let n=e.normalize(`NFKD`).replace(/\p{M}/gu,``).toLowerCase().replace(/[^a-z0-9]+/g,`-`).slice(0,ye).replace(/^-+|-+$/g,``),r=new Set([...t].map(e=>e.toLowerCase())),i=n||be;if(!r.has(i))return i;let a=2;for(;r.has(`${i}-${a}`);)a+=1;return`${i}-${a}`}function Se(e,t){let n=`${e.title} ${e.threadId}`.toLowerCase();return t.toLowerCase().split(/\s+/).every(e=>n.includes(e))}function Ce(e,t,n){let r={ArrowDown:e+1,ArrowUp:e-1,Home:0,End:t-1}[n]??e;return Math.min(Math.max(r,0),Math.max(t-1,0))}var K=`/v1/threads/{client}/{user}`,q=class extends EventTarget{api;client;user;only;threads;archived=[];workspace;problem=``;transfer;#e;#t;#n=!1;constructor(e,t,n,r){super(),this.api=e,[this.client,this.user,this.only]=[t,n,r],this.#e=new m(`nu-threads ${t}/${n}`,()=>void this.read()),this.#e.begin()}end(){this.#e.end()}get taken(){return[...this.threads??[],...this.archived].map(({threadId:e})=>e)}read(){return this.#n=!0,this.#t??=this.#r().finally(()=>this.#t=void 0),this.#t}async#r(){for(;this.#n;)this.#n=!1,await this.#i()}async#i(){let{api:e,client:t,user:n}=this,r={client:t,user:n};try{if(this.only!==void 0){let{thread:t}=await e.ask(`GET ${g}`,{path:this.#u(this.only)});this.#a({threads:[t]});return}let[{threads:t},{threads:n},i]=await Promise.all([e.ask(`GET ${K}`,{path:r}),e.ask(`GET ${K}`,{path:r,query:{archived:!0}}),this.#l()]);this.#a({threads:t,archived:n,workspace:i})}catch(e){this.problem=v(e),this.#e.failed(e),this.#d()}}#a(e){Object.assign(this,e,{problem:``}),this.#e.done(),this.#d()}async begin(e,t,n){let r={...this.#u(e)};if(n.from===`thread`){let i={threadId:e,title:t};await this.#s(()=>this.api.ask(`POST ${g}/fork`,{path:{...r,thread:n.thread},body:i}));return}let i={title:t,preview:!0,...n.from===`repository`?{repoUrl:n.repoUrl,branch:n.branch||null}:{},...n.from===`empty`?{empty:!0}:{}},a=this.#c();try{await this.#s(()=>this.api.ask(`PUT ${g}`,{path:r,body:i}))}finally{a(),this.transfer=void 0,this.#d()}}rename(e,t){return this.#o(e,{title:t})}archive(e){return this.#o(e,{archived:!0})}bringBack(e){return this.#o(e,{archived:!1})}async remove(e,t){let n={path:this.#u(e),query:{branch:t}};return(await this.#s(()=>this.api.ask(`DELETE ${g}`,n))).deleted}#o(e,t){return this.#s(()=>this.api.ask(`PATCH ${g}`,{path:this.#u(e),body:t}))}async#s(e){try{return await e()}finally{this.#e.tell(),await this.read()}}#c(){let e=`${this.client}/${this.user}`;return te(this.api,this.api.address(`/v1/transfers`),{hear:(t,n)=>{this.transfer=n.running[e],this.#d()}})}async#l(){let e={client:this.client,user:this.user};try{return(await this.api.ask(`GET /v1/workspaces/{client}/{user}`,{path:e})).workspace}catch(e){if(e instanceof n&&e.status===404)return null;throw e}}#u(e){return{client:this.client,user:this.user,thread:e}}#d(){this.dispatchEvent(new Event(`change`))}};d(`nu-making`,class extends _{static properties={list:{attribute:!1}};constructor(){super(),new b(this,()=>this.list)}render(){let{transfer:e}=this.list,{threads:t}=l,n=e?t.cloning:t.creating,r=e?.total??0;return s`
      <p class="small" role="status">${n}</p>
      <progress aria-label=${n} max=${r||o} value=${r?e?.done??0:o}></progress>
      ${e&&r?s`<p class="soft small">${t.clonedObjects(e.done,r)}</p>`:o}
    `}});var we=class extends _{static properties={open:{type:Boolean},list:{attribute:!1},source:{},from:{state:!0},about:{state:!0},problem:{state:!0},busy:{state:!0}};static styles=[y,a`
      form { display: grid; gap: 0.7rem }
      fieldset { display: grid; gap: 0.35rem; margin: 0; padding: 0; border: 0; min-inline-size: 0 }
      legend, .label { padding: 0; color: var(--soft); font-size: 0.85em }
      .choice { display: flex; gap: 0.6rem; align-items: center; min-block-size: 1.7rem }
      .choice input { accent-color: var(--accent) }
      .actions { display: flex; flex-wrap: wrap; gap: 0.5rem; justify-content: end }
    `];constructor(){super(),this.open=this.busy=!1,this.source=this.about=this.problem=``,new b(this,()=>this.list)}willUpdate(e){e.has(`open`)&&this.open&&(this.problem=this.about=``,this.from=this.source?`thread`:void 0)}updated(e){e.has(`open`)&&this.open&&this.renderRoot.querySelector(`nu-dialog`)?.updateComplete.then(()=>this.renderRoot.querySelector(`#title`)?.focus())}render(){return s`
      <nu-dialog label=${l.threads.new} ?open=${this.open} @nu-close=${this.#s}>
        ${this.open?this.#n():o}
      </nu-dialog>
    `}get#e(){return this.list.workspace?this.list.threads?.length?[`site`,`thread`]:[`site`]:[`starter`,`repository`,`empty`]}get#t(){let e=this.#e;return this.from&&e.includes(this.from)?this.from:e[0]}#n(){let{threads:e}=l,t={site:e.fromSite,thread:e.fromThread,starter:e.fromStarter,repository:e.fromRepository,empty:e.fromEmpty},n=this.#t;return s`
      <form @submit=${this.#o}>
        <label class="label" for="title">${e.title}</label>
        <input id="title" class="field" required maxlength="200" autocomplete="off" ?disabled=${this.busy}
          placeholder=${e.titleHint} .value=${this.about}
          @input=${e=>this.about=e.target.value} />
        ${this.about.trim()?s`<p class="soft small">${e.address(this.#a)}</p>`:o}
        ${this.#e.length>1?s`
          <fieldset ?disabled=${this.busy}>
            <legend>${e.startFrom}</legend>
            ${this.#e.map(e=>s`<label class="choice">
              <input type="radio" name="from" .checked=${e===n} @change=${()=>this.from=e} />
              ${t[e]}
            </label>`)}
          </fieldset>`:o}
        ${n===`thread`?this.#r():n===`repository`?this.#i():o}
        <p class="bad" role="alert">${this.problem}</p>
        ${this.busy?s`<nu-making .list=${this.list}></nu-making>`:o}
        <div class="actions">
          <button type="button" @click=${this.#s}>${e.cancel}</button>
          <button class="primary" ?disabled=${this.busy}>${e.create}</button>
        </div>
      </form>
    `}#r(){return s`
      <label class="label" for="source">${l.threads.which}</label>
      <select id="source" class="field" ?disabled=${this.busy}>
        ${this.list.threads?.map(({threadId:e,title:t})=>s`
          <option value=${e} ?selected=${e===this.source}>${h(t||e)}</option>`)}
      </select>
      <p class="soft small">${l.threads.copyHint}</p>
    `}#i(){return s`
      <label class="label" for="repository">${l.threads.repository}</label>
      <input id="repository" class="field" required autocomplete="off" spellcheck="false" ?disabled=${this.busy}
        placeholder=${l.threads.repositoryHint} />
      <label class="label" for="branch">${l.threads.branch}</label>
      <input id="branch" class="field" autocomplete="off" spellcheck="false" ?disabled=${this.busy} />
    `}get#a(){return xe(this.about,this.list.taken)}async#o(e){e.preventDefault();let t=e=>this.renderRoot.querySelector(`#${e}`)?.value.trim()??``,n=this.#t,r=n===`thread`?{from:n,thread:t(`source`)}:n===`repository`?{from:n,repoUrl:t(`repository`),branch:t(`branch`)}:{from:n},i=this.#a;this.busy=!0,this.problem=``;try{await this.list.begin(i,this.about.trim(),r),this.send(`nu-made`,{thread:i})}catch(e){this.problem=v(e)}finally{this.busy=!1}}#s=()=>this.send(`nu-close`)};d(`nu-new-thread`,we);var Te=class extends _{static properties={thread:{attribute:!1},root:{attribute:!1},current:{type:Boolean,reflect:!0},working:{type:Boolean},reached:{type:Boolean},fixed:{type:Boolean},single:{type:Boolean},opened:{state:!0},renaming:{state:!0}};static styles=[y,a`
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
    `];constructor(){super(),this.current=this.working=this.reached=this.fixed=this.single=!1,this.opened=this.renaming=!1}focus(){this.renderRoot.querySelector(`a, input`)?.focus()}render(){if(this.renaming)return this.#t();let{thread:e}=this,{clientId:t,userId:n,threadId:r}=e,i=h(e.title||r),a=new Date(e.updated),c=this.reached?`0`:`-1`;return s`
      <div class="line">
        <a href=${new URL(S({client:t,user:n,thread:r}),this.root).href} tabindex=${c}
          aria-current=${this.current?`page`:o} @click=${this.#o}>
          <span class="title cut">${i}</span>
          <span class="about small soft">
            ${this.working?s`<span class="badge"><span class="dot"></span>${l.threads.working}</span>`:o}
            <time datetime=${e.updated} title=${f(a)}>${u(a,new Date)}</time>
            ${e.ahead?s`<span>${l.threads.ahead(e.ahead)}</span>`:o}
          </span>
        </a>
        ${this.fixed?o:s`<button class="quiet icon" tabindex=${c} aria-expanded=${this.opened}
          aria-label=${l.threads.actions(i)} @click=${()=>this.opened=!this.opened}>
          <nu-icon name="more"></nu-icon>
        </button>`}
      </div>
      ${this.opened&&!this.fixed?this.#e():o}
    `}#e(){let{threads:e}=l,t=(e,t,n)=>s`
      <button class="quiet" @click=${n}><nu-icon name=${e}></nu-icon>${t}</button>`,n=t(`edit`,e.rename,this.#n);if(this.single)return s`<div class="actions">${n}</div>`;let r=t(`trash`,e.delete,()=>this.#s({what:`delete`}));return this.thread.archived?s`<div class="actions">${t(`undo`,e.back,()=>this.#s({what:`back`}))} ${r}</div>`:s`<div class="actions">
      ${n}
      ${t(`branch`,e.fork,()=>this.#s({what:`fork`}))}
      ${t(`archive`,e.archive,()=>this.#s({what:`archive`}))}
      ${r}
    </div>`}#t(){let e=this.thread.title||this.thread.threadId;return s`
      <form @submit=${this.#r} @keydown=${this.#i}>
        <input class="field" aria-label=${l.threads.renameOf(h(e))} required maxlength="200" .value=${e} />
        <button class="primary">${l.threads.save}</button>
      </form>
    `}#n=async()=>{this.renaming=!0,await this.updateComplete,this.renderRoot.querySelector(`input`)?.select()};#r(e){e.preventDefault();let t=this.renderRoot.querySelector(`input`)?.value.trim()??``;t&&t!==this.thread.title&&this.#s({what:`rename`,title:t}),this.#a()}#i(e){e.stopPropagation(),e.key===`Escape`&&this.#a()}async#a(){this.renaming=this.opened=!1,await this.updateComplete,this.focus()}#o=e=>{e.button||e.metaKey||e.ctrlKey||e.shiftKey||(e.preventDefault(),this.#s({what:`open`}))};#s(e){this.send(`nu-do`,e),[`rename`,`fork`,`delete`].includes(e.what)||(this.opened=!1)}};d(`nu-thread-row`,Te);var J=a`
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
`,Ee=`M16 30V14m0 4C6 18 5 11 5 7c6 0 11 3 11 11zm0-3c0-8 5-12 11-12 0 5-1 12-11 12z`,De=`first`;d(`nu-welcome`,class extends _{static properties={list:{attribute:!1},first:{attribute:!1},fixed:{type:Boolean},busy:{state:!0},problem:{state:!0}};static styles=[y,J];constructor(){super(),this.fixed=this.busy=!1,this.problem=``}render(){let{threads:e}=l;return s`
      <div class="welcome">
        <svg class="sprout" viewBox="0 0 32 32" fill="none" stroke="currentColor" stroke-width="2.5"
          stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${i`<path d=${Ee} />`}</svg>
        <h2>${e.welcome}</h2>
        <p class="soft">${e.welcomeText}</p>
        ${this.fixed?o:s`
          <button class="primary" ?disabled=${this.busy} @click=${this.#e}>${e.first}</button>
          ${this.list.workspace?o:s`<button class="quiet" ?disabled=${this.busy} @click=${()=>this.send(`nu-other`)}>${e.firstOther}</button>`}
        `}
        ${this.busy?s`<nu-making .list=${this.list}></nu-making>`:o}
        <p class="bad" role="alert">${this.problem}</p>
      </div>
    `}#e=async()=>{let{list:e,first:t}=this,n=t&&t.clientId===e.client&&t.userId===e.user?t.threadId:De;this.busy=!0,this.problem=``;try{await e.begin(n,null,{from:`starter`}),this.send(`nu-made`,{thread:n})}catch(e){this.problem=v(e)}finally{this.busy=!1}}});var Oe=8,ke=class extends _{static properties={api:{attribute:!1},session:{attribute:!1},client:{},user:{},current:{},working:{attribute:!1},news:{},list:{state:!0},workspaces:{state:!0},words:{state:!0},put:{state:!0},at:{state:!0},making:{state:!0},source:{state:!0},going:{state:!0}};static styles=[y,J];#e;constructor(){super(),this.working=this.workspaces=[],this.words=this.source=``,this.put=this.making=!1,this.at=this.news=0,new b(this,()=>this.list)}connectedCallback(){super.connectedCallback(),this.#t()}disconnectedCallback(){super.disconnectedCallback(),this.list?.end(),this.list=void 0}willUpdate(e){(e.has(`client`)||e.has(`user`))&&this.#t(),e.has(`session`)&&/^(operator|client:)/.test(this.session?.scope??``)&&this.#n(),e.has(`current`)&&(this.#e=void 0),(e.has(`news`)&&this.news||e.has(`current`)&&this.current)&&this.list?.read()}updated(){let e=[...this.list?.threads??[],...this.list?.archived??[]].find(({threadId:e})=>e===this.current)?.title;this.#e!==void 0&&e===void 0&&(this.#e=void 0,this.send(`nu-lost`)),e!==void 0&&e!==this.#e&&(this.#e=e,this.send(`nu-titled`,{title:e}))}#t(){let{client:e,user:t,api:n}=this;if(this.list&&this.list.client===e&&this.list.user===t)return;this.list?.end();let r=/^thread:[^/]+\/[^/]+\/(.+)$/.exec(this.session?.scope??``)?.[1];this.list=e&&t?new q(n,e,t,r):void 0,this.list?.read()}async#n(){try{this.workspaces=(await this.api.ask(`GET /v1/workspaces`,{})).workspaces}catch{}}render(){let{list:e}=this;if(!e)return s`<div class="list">${this.#i()}<p class="soft">${l.threads.pickWorkspace}</p></div>`;if(e.threads===void 0)return s`<div class="list">${this.#a(e)}</div>`;if(e.threads.length===0&&e.archived.length===0&&!this.current)return s`
        <div class="list">${this.#i()}</div>
        <nu-welcome .list=${e} .first=${this.session.first} .fixed=${this.#r}
          @nu-made=${this.#d} @nu-other=${()=>this.#l(``)}></nu-welcome>
        ${this.#c(e)}
      `;let t=e.threads.filter(e=>Se(e,this.words));return s`
      <nav class="list" aria-label=${l.threads.name}>
        ${this.#i()}
        <div class="head">
          <h2>${l.threads.name}</h2>
          ${this.#r||e.only!==void 0?o:s`
            <button class="primary" aria-label=${l.threads.new} @click=${()=>this.#l(``)}>
              <nu-icon name="plus"></nu-icon>${l.threads.newShort}
            </button>`}
        </div>
        ${this.#a(e)}
        ${e.threads.length>Oe?s`<input class="field" type="search" aria-label=${l.threads.find}
          placeholder=${l.threads.find} .value=${this.words} @input=${this.#u} />`:o}
        ${e.threads.length===0?s`<p class="soft">${l.threads.none}</p>`:t.length===0?s`<p class="soft" role="status">${l.threads.noneFound}</p>`:o}
        ${this.#o(t)}
        ${e.only===void 0?this.#s(e):o}
      </nav>
      ${this.#c(e)}
    `}get#r(){return this.session?.access!==`full`}#i(){let e=this.client&&`${this.client}/${this.user}`;return _e(this.workspaces,e,(e,t)=>this.send(`nu-open`,{client:e,user:t}))}#a(e){return!e.problem&&e.threads?o:e.problem?s`<p class="bad" role="alert">${e.problem}</p>
      <div><button @click=${()=>e.read()}>${l.threads.again}</button></div>`:s`<p class="soft" role="status">${l.git.loading}</p>`}#o(e){let t=e.findIndex(({threadId:e})=>e===this.current),n=this.at<e.length&&this.at>=0?this.at:Math.max(t,0);return s`<ul @keydown=${this.#m}>${r(e,Y,(e,t)=>s`<li>
      <nu-thread-row .thread=${e} .root=${this.api.root} .reached=${t===n}
        .current=${e.threadId===this.current} .working=${this.working.includes(e.threadId)}
        .fixed=${this.#r} .single=${this.list?.only!==void 0}
        @focusin=${()=>this.at=t} @nu-do=${t=>this.#h(e,t.detail)}>
      </nu-thread-row>
    </li>`)}</ul>`}#s(e){return s`
      <label class="archive"><input type="checkbox" .checked=${this.put}
        @change=${()=>this.put=!this.put} />${l.threads.showArchived}</label>
      ${this.put?e.archived.length?s`<ul>${r(e.archived,Y,e=>s`<li>
        <nu-thread-row .thread=${e} .root=${this.api.root} reached .fixed=${this.#r}
          @nu-do=${t=>this.#h(e,t.detail)}></nu-thread-row>
      </li>`)}</ul>`:s`<p class="soft">${l.threads.noneArchived}</p>`:o}
    `}#c(e){return s`
      <nu-new-thread .list=${e} .source=${this.source} ?open=${this.making}
        @nu-made=${this.#d} @nu-close=${()=>this.making=!1}></nu-new-thread>
      <nu-delete-thread .thread=${this.going} @nu-delete=${this.#_}
        @nu-close=${()=>this.going=void 0}></nu-delete-thread>
    `}#l(e){this.source=e,this.making=!0}#u=e=>{this.words=e.target.value,this.at=0};#d=e=>{this.making=!1,this.#f(e.detail.thread)};#f(e){this.send(`nu-open`,{client:this.client,user:this.user,...e===void 0?{}:{thread:e}})}get#p(){return[...this.renderRoot.querySelectorAll(`ul:first-of-type nu-thread-row`)]}#m=e=>{let t=this.#p,n=Ce(this.at,t.length,e.key);[`ArrowDown`,`ArrowUp`,`Home`,`End`].includes(e.key)&&(e.preventDefault(),this.at=n,t[n]?.focus())};async#h(e,t){let{list:n}=this,{threadId:r}=e;if(n)try{if(t.what===`open`)this.#f(r);else if(t.what===`fork`)this.#l(r);else if(t.what===`delete`)this.going=e;else if(t.what===`rename`)await n.rename(r,t.title),await this.updateComplete,this.#p.find(e=>e.thread.threadId===r)?.focus();else{let i=t.what===`back`;await(i?n.bringBack(r):n.archive(r)),i||this.tell(l.threads.archived(h(e.title||r))),!i&&r===this.current&&this.#f(void 0),await this.#g()}}catch(e){this.tell(v(e),`problem`)}}async#g(){await this.updateComplete;let e=this.#p;(e[Math.min(this.at,e.length-1)]??this.renderRoot.querySelector(`.head button`))?.focus()}#_=async e=>{let t=this.going;if(this.going=void 0,t)try{let{head:n}=await this.list?.remove(t.threadId,e.detail.branch)??{head:``};this.tell(l.threads.deleted(h(t.title||t.threadId),n.slice(0,10))),t.threadId===this.current&&this.#f(void 0),await this.#g()}catch(e){this.tell(v(e),`problem`)}}};function Y(e){return e.threadId}d(`nu-threads`,ke);var Ae=a`
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
`,X=class extends _{static properties={thread:{attribute:!1},list:{state:!0},problem:{state:!0}};static styles=[y,a`
    :host {
      position: relative; display: grid; gap: 0.75rem; align-content: center; justify-items: start;
      padding: 1rem;
    }
    h2 { font-size: 1.25rem }
  `];constructor(){super(),this.list=null,this.problem=``}render(){return s`
      <h2>${l.studio.missing}</h2>
      <p class="soft">${l.studio.missingHelp}</p>
      <button class="primary" ?disabled=${this.list!==null} @click=${this.#e}>${l.studio.openIt}</button>
      ${this.list?s`<nu-making .list=${this.list}></nu-making>`:o}
      <p class="bad" role="alert">${this.problem}</p>
    `}#e=async()=>{let{thread:e}=this,{client:t,user:n,thread:r}=e.key,i=this.list=new q(e.api,t,n);this.problem=``;try{await i.begin(r,null,{from:`site`}),await e.begin()}catch(e){this.problem=v(e)}finally{i.end(),this.list=null}}};d(`nu-missing`,X);var je=class extends _{static properties={api:{attribute:!1},session:{attribute:!1}};static styles=[y,a`
      nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; align-items: center; padding: 0.6rem 0.9rem }
      a, button { color: var(--soft); font-size: 0.85rem; text-decoration: none }
      a:hover { text-decoration: underline }
      button { padding: 0; min-block-size: 1.5rem }
    `];render(){return s`
      <nav aria-label=${l.studio.elsewhere}>
        ${this.session.scope===`operator`?s`<a href="/ops">${l.studio.operator}</a>`:o}
        <a href="/docs">${l.studio.apiDocs}</a>
        <button class="quiet" @click=${this.#e}>${l.studio.signOut}</button>
      </nav>
    `}async#e(){try{await this.api.ask(`DELETE /v1/session`,{}),location.assign(`/`)}catch(e){this.tell(v(e),`problem`)}}};d(`nu-links`,je);var Z=720,Me=24,Q=`nurseryd.chat-width`;function Ne(){try{let e=Number(localStorage.getItem(Q)??void 0);return e>=280&&e<=Z?e:void 0}catch{return}}var Pe=class extends _{static properties={width:{type:Number}};static styles=[y,a`
      :host { inline-size: 9px; margin-inline: -4px; z-index: 2; cursor: col-resize; touch-action: none }
      div { block-size: 100%; inline-size: 100% }
      div::after {
        content: ''; display: block; inline-size: 1px; block-size: 100%; margin-inline: auto;
        background: var(--line);
      }
      div:is(:hover, :focus-visible, .held)::after { inline-size: 3px; background: var(--accent) }
      div:focus-visible { outline: none }
    `];render(){return s`
      <div role="separator" tabindex="0" aria-orientation="vertical" aria-label=${l.studio.resize}
        aria-valuenow=${this.width} aria-valuemin=${280} aria-valuemax=${Z}
        @pointerdown=${this.#t} @keydown=${this.#n}></div>
    `}get#e(){return getComputedStyle(this).direction===`rtl`?-1:1}#t(e){let t=e.currentTarget,[n,r]=[e.clientX,this.width];t.setPointerCapture(e.pointerId),t.classList.add(`held`);let i=({clientX:e})=>this.#r(r+(e-n)*this.#e);t.addEventListener(`pointermove`,i),t.addEventListener(`lostpointercapture`,()=>{t.removeEventListener(`pointermove`,i),t.classList.remove(`held`)},{once:!0})}#n(e){let t={ArrowLeft:-24,ArrowRight:Me}[e.key];t!==void 0&&(e.preventDefault(),this.#r(this.width+t*this.#e))}#r(e){let t=Math.round(Math.min(Z,Math.max(280,e)));try{localStorage.setItem(Q,String(t))}catch{}this.send(`nu-width`,{width:t})}};d(`nu-splitter`,Pe);var Fe=[`chat`,`site`,`git`,`publish`],$=800,Ie=420,Le={chat:`edit`,site:`screen`,git:`branch`,publish:`publish`},Re=class extends _{static properties={session:{state:!0},why:{state:!0},place:{state:!0},view:{state:!0},thread:{state:!0},listed:{state:!0},problem:{state:!0},title:{state:!0},width:{state:!0}};static styles=[ne,y,Ae,a`:host { block-size: 100dvh }`];#e=new c(new URL(`/`,location.href));#t=()=>this.#s(C(location.pathname));constructor(){super(),this.session=void 0,this.why=t(),this.problem=``,this.place=C(location.pathname),this.view=`site`,this.listed=!1,this.title=``,this.width=Ne()??Ie,new b(this,()=>this.thread),this.addEventListener(`nu-open`,e=>{let t=e.detail;S(t)!==location.pathname&&history.pushState(null,``,S(t)),this.#s(t)}),this.addEventListener(`nu-titled`,e=>this.#d(e.detail.title)),this.addEventListener(`nu-lost`,()=>void this.thread?.look()),this.addEventListener(`nu-tell`,e=>this.#p(e.detail)),this.addEventListener(`nu-pick`,e=>{let t=this.#r;t&&(t.selection=e.detail.selection),this.#c(`chat`)}),this.addEventListener(`nu-say`,e=>{this.#r?.say(e.detail.text),this.#c(`chat`)})}connectedCallback(){super.connectedCallback(),window.addEventListener(`popstate`,this.#t),this.#o()}disconnectedCallback(){super.disconnectedCallback(),window.removeEventListener(`popstate`,this.#t),this.thread?.end(),this.thread=void 0}render(){if(this.session===void 0)return s`<p class="wait" role="status">${this.problem||l.studio.connecting}</p>`;if(this.session===null||this.#i){let e=this.session===null?this.why:l.studio.signedOut;return s`<nu-sign-in .why=${e} @nu-signed-in=${this.#o}></nu-sign-in>`}let{thread:e}=this;return s`
      <header>
        <a class="skip" href="#chat" @click=${this.#u}>${l.studio.skip}</a>
        <button class="quiet icon" aria-label=${l.studio.threads} aria-expanded=${this.listed}
          @click=${()=>this.listed=!this.listed}><nu-icon name="menu"></nu-icon></button>
        <h1 class="cut">${e?this.title||this.place.thread:l.studio.title}</h1>
        <span id="connection" class="soft small cut" data-state=${e?.connection.state??``} role="status">${this.#a}</span>
        <span class="grow"></span>
        ${e?this.#n():o}
      </header>
      <main class=${e?``:`alone`} data-view=${this.view}>
        <aside class=${this.listed||!e?`listed`:``} @keydown=${this.#l}>
          <nu-threads .api=${this.#e} .session=${this.session} .client=${this.place.client}
            .user=${this.place.user} .current=${this.place.thread}
            .working=${e?.working??[]} .news=${e?.news??0}></nu-threads>
          <nu-links .api=${this.#e} .session=${this.session}></nu-links>
        </aside>
        ${e?s`
          <nu-chat eager .thread=${e}
            ?watching=${this.session.access!==`full`}></nu-chat>
          ${e.exists===!1?s`<nu-missing .thread=${e}></nu-missing>`:o}
          <nu-splitter .width=${this.width} @nu-width=${this.#f}></nu-splitter>
          <nu-preview .thread=${e}
            ?watching=${this.session.access!==`full`}></nu-preview>
          <nu-git .thread=${e} .shown=${this.view===`git`}></nu-git>
          <nu-publish .thread=${e} .shown=${this.view===`publish`}></nu-publish>
        `:o}
      </main>
      <nu-toasts></nu-toasts>
    `}#n(){return s`
      <nav aria-label=${l.studio.views}>
        ${Fe.map(e=>s`
          <button class="quiet" data-tab=${e} aria-label=${l.studio[e]} aria-pressed=${this.view===e}
            @click=${()=>this.view=e}>
            <nu-icon name=${Le[e]}></nu-icon><span>${l.studio[e]}</span>
          </button>
        `)}
      </nav>
    `}updated(){this.style.setProperty(`--chat`,`${this.width}px`)}get#r(){return this.renderRoot.querySelector(`nu-chat`)}get#i(){let{thread:e}=this;return e?.connection.state===`refused`&&e.connection.problem.status===401}get#a(){return this.thread&&this.thread.exists!==!1?x(this.thread.connection):``}#o=async()=>{this.session=await e(this.#e,e=>this.problem=e),this.session!==null&&(this.why=``,this.#s(C(location.pathname)))};#s(e){let t=this.session?.first;this.place=e.client?e:{...t?{client:t.clientId,user:t.userId}:{}},this.listed=!1;let n=re(this.place);n&&this.thread&&ze(n,this.thread.key)?this.thread.begin():(this.thread?.end(),this.thread=n&&new ee(this.#e,n),this.thread?.begin(),this.offsetWidth<$&&(this.view=`chat`),this.#d(this.place.thread??``))}#c(e){this.offsetWidth>=$&&e===`chat`||(this.view=e)}#l(e){let t=e.defaultPrevented||e.composedPath().some(e=>e instanceof HTMLDialogElement);e.key===`Escape`&&!t&&this.thread&&(this.listed=!1,this.renderRoot.querySelector(`header button`)?.focus())}#u(e){e.preventDefault(),this.#c(`chat`),this.#r?.focus()}#d(e){this.title=e,document.title=e||l.studio.title}#f(e){this.width=e.detail.width}#p(e){this.renderRoot.querySelector(`nu-toasts`)?.show(e)}};function ze(e,t){return e.client===t.client&&e.user===t.user&&e.thread===t.thread}d(`nu-studio`,Re);