import{n as e,t}from"./sign-in.js";import{D as n,O as r,T as i,_ as a,a as o,d as s,f as c,g as l,h as ee,i as u,k as d,m as f,n as p,o as m,p as h,s as g,t as te,v as _,y as v}from"./toasts.js";import"./preview.js";import{t as y}from"./dialog.js";import{n as b,r as x,t as ne}from"./place.js";function S(e){let t=e instanceof l?e.reply.conflicts:void 0;return Array.isArray(t)?t:[]}var re=class extends s{static properties={problem:{attribute:!1},branch:{}};static styles=[f,d`
      .card { display: grid; gap: 0.6rem; border-color: var(--warn) }
      h3 { display: flex; gap: 0.5rem; align-items: center }
      li { overflow-wrap: anywhere }
      pre {
        direction: ltr; max-block-size: 22rem; padding: 0.75rem; overflow: auto;
        border-radius: var(--radius); background: var(--raised); white-space: pre-wrap; text-align: left;
      }
      .mark { color: var(--warn); font-weight: 700 }
    `];render(){let e=S(this.problem),t=e.filter(e=>e.with===`commit`).map(({path:e})=>e);return n`
      <section class="card" role="alert">
        <h3 class="warn"><nu-icon name="warning"></nu-icon>${_.git.conflictsTitle}</h3>
        <p>${_.git.conflictsText}</p>
        <ul>${e.map(e=>n`<li>
          <span class="mono">${p(e.path)}</span>
          <span class="soft small">${_.git.conflictWith[e.with]}</span>
          ${e.text===null?i:n`<details>
            <summary>${_.git.conflictText(p(e.path))}</summary>
            <pre tabindex="0">${e.text.split(`
`).map(ie)}</pre>
          </details>`}
        </li>`)}</ul>
        ${t.length?n`<div class="row">
          <button @click=${()=>this.send(`nu-say`,{text:_.git.mergeWish(this.branch,t.join(`, `))})}>
            <nu-icon name="edit"></nu-icon>${_.git.askToMerge}
          </button>
        </div>`:i}
      </section>
    `}};function ie(e){let t=/^(<{7}|={7}|>{7}|\|{7})/.test(e);return n`<span class=${t?`mark`:i}>${p(e)}</span>\n`}h(`nu-conflicts`,re);var C=class{#e;#t;#n;constructor(e,t){this.#e=e,this.#t=t}begin(){this.#n||(this.#n=new BroadcastChannel(this.#e),this.#n.addEventListener(`message`,this.#t),window.addEventListener(`focus`,this.#t))}end(){this.#n?.close(),this.#n=void 0,window.removeEventListener(`focus`,this.#t)}tell(){let e=this.#n??new BroadcastChannel(this.#e);e.postMessage(`changed`),e!==this.#n&&e.close()}},w=30,T=250,ae=new Set([`commit`,`file.changed`,`turn.finished`,`turn.undone`,`turn.redone`,`turn.settled`,`turn.given_up`]),oe=class extends EventTarget{thread;git;files=[];truncated=!1;commits=[];older=!1;workspace;busy;problem=``;#e=0;#t=!0;#n;#r;#i=!1;#a;constructor(e){super(),this.thread=e;let{client:t,user:n,thread:r}=e.key;this.#a=new C(`nu-git ${t}/${n}/${r}`,()=>this.#l())}get api(){return this.thread.api}get remote(){return this.workspace===void 0||this.workspace.repoUrl!==null}watch(){return this.#e+=1,this.#e===1&&(this.thread.addEventListener(`happened`,this.#u),this.thread.addEventListener(`change`,this.#d),this.#a.begin()),this.#t&&this.read(),()=>{--this.#e,this.#e||(this.#t=!0,clearTimeout(this.#n),this.thread.removeEventListener(`happened`,this.#u),this.thread.removeEventListener(`change`,this.#d),this.#a.end())}}async read(){for(this.#t=!0;this.#t||this.#r;)this.#r??=this.#o().finally(()=>this.#r=void 0),await this.#r}async readOlder(){let e=this.commits.at(-1)?.hash;if(e===void 0)return;let t=await this.#s(e);this.commits=[...this.commits,...t],this.older=t.length===w,this.#f()}async doing(e,t){this.busy=e,this.#f();try{return await t()}finally{this.busy=void 0,this.#a.tell(),await this.read()}}async diff(e,t){let{diff:n}=await this.api.ask(`GET ${o}/diff`,{path:this.thread.path,query:{base:e??null,target:t??null}});return n}async#o(){this.#t=!1;let{path:e}=this.thread;try{let[{git:t},{files:n,truncated:r},i]=await Promise.all([this.api.ask(`GET ${o}/git`,{path:e}),this.diff(),this.#s(),this.#c()]);this.git=t,this.files=n,this.truncated=r;let a=this.commits.findIndex(({hash:e})=>e===i.at(-1)?.hash);this.commits=a<0?i:[...i,...this.commits.slice(a+1)],this.commits.length===i.length&&(this.older=i.length===w),this.problem=``}catch(e){this.problem=a(e)}this.#f()}async#s(e){let t=e===void 0?{limit:w}:{limit:w,before:e};return(await this.api.ask(`GET ${o}/log`,{path:this.thread.path,query:t})).commits}async#c(){if(this.workspace!==void 0)return;let{client:e,user:t}=this.thread.key;try{let n={client:e,user:t};this.workspace=(await this.api.ask(`GET /v1/workspaces/{client}/{user}`,{path:n})).workspace}catch(e){if(!(e instanceof l&&[401,403,404].includes(e.status)))throw e}}#l(){this.#t=!0,clearTimeout(this.#n),this.#n=setTimeout(()=>void this.read(),T)}#u=e=>{ae.has(e.detail.type)&&this.#l()};#d=()=>{let e=this.thread.transfer!==null;this.#i&&!e&&this.#l(),this.#i=e,this.#f()};#f(){this.dispatchEvent(new Event(`change`))}},E=new WeakMap;function D(e){let t=E.get(e);if(t)return t;let n=new oe(e);return E.set(e,n),n}var O=d`
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
`,k=class extends s{static properties={thread:{attribute:!1}};constructor(){super(),new c(this,()=>this.thread&&D(this.thread))}get state(){return D(this.thread)}async act(e,t,n=()=>!1){try{await this.state.doing(e,t)}catch(e){n(e)||this.tell(a(e),`problem`)}}};h(`nu-pull-request`,class extends k{static properties={made:{state:!0}};static styles=[f,O];render(){let{made:e}=this,t=u(e?.url);return e?n`<p role="status" class="good">
        ${e.existing?_.git.requestedBefore(e.number):_.git.requested(e.number)}
        ${t?n`<a href=${t} target="_blank" rel="noreferrer">${_.git.requestLink(e.number)}</a>`:i}
      </p>`:n`
      <details>
        <summary>${_.git.request}</summary>
        <form @submit=${this.#e}>
          <p class="soft small">${_.git.requestText}</p>
          <label for="title">${_.git.requestTitle}</label>
          <input id="title" class="field" required maxlength="200" .value=${this.state.commits[0]?.subject??``} />
          <label for="body">${_.git.requestBody}</label>
          <textarea id="body" class="field" rows="4"></textarea>
          <label class="row"><input id="draft" type="checkbox" />${_.git.requestDraft}</label>
          <div><button class="primary" ?disabled=${!!this.state.busy}>${_.git.requestNow}</button></div>
        </form>
      </details>
    `}#e(e){e.preventDefault();let t=e=>this.renderRoot.querySelector(`#${e}`),n={title:t(`title`)?.value.trim()??``,body:t(`body`)?.value??``,draft:t(`draft`)?.checked??!1};this.act(`request`,async()=>{let e={path:this.thread.path,body:n};this.made=(await this.thread.api.ask(`POST ${o}/pull-request`,e)).pullRequest})}});var se=class extends k{static properties={compare:{state:!0},refused:{state:!0},conflict:{state:!0},forcing:{state:!0}};static styles=[f,O];constructor(){super(),this.#e()}willUpdate(e){e.has(`thread`)&&this.#e()}#e(){this.compare=this.conflict=void 0,this.refused=``,this.forcing=!1}render(){let{git:e,remote:t}=this.state;return e?n`
      <section class="card" aria-label=${_.git.branch}>
        <div class="row">
          <nu-icon name="branch"></nu-icon>
          <h2 class="mono quote">${p(e.branch)}</h2>
          <span class="soft small">${t?ce(e):_.git.noRemote}</span>
        </div>
        <div class="row">${t?this.#t(e):this.#n(`update`,e)}</div>
        ${this.#r()} ${this.#i(e)}
        ${this.conflict?n`<nu-conflicts .problem=${this.conflict.problem}
          .branch=${this.conflict.branch}></nu-conflicts>`:i}
        ${this.compare?n`
          <p><a href=${this.compare} target="_blank" rel="noreferrer">${_.git.compare}</a></p>
          <nu-pull-request .thread=${this.thread}></nu-pull-request>`:i}
      </section>
      <nu-dialog label=${_.git.forceTitle(e.branch)} ?open=${this.forcing}
        @nu-close=${()=>this.forcing=!1}>
        <p>${_.git.forceText(e.behind)}</p>
        <div class="actions">
          <button @click=${()=>this.forcing=!1}>${_.threads.cancel}</button>
          <button class="danger" @click=${()=>this.#s(!0)}>${_.git.forceNow}</button>
        </div>
      </nu-dialog>
    `:i}#t(e){return n`
      <button class=${e.canPush?`primary`:``} ?disabled=${!!this.state.busy||!e.canPush}
        @click=${()=>this.#s(!1)}><nu-icon name="publish"></nu-icon>${_.git.push}</button>
      ${e.behind?n`<button ?disabled=${!!this.state.busy}
        @click=${()=>this.#o(e.branch)}>${_.git.pull}</button>`:i}
      ${this.#n(`fetch`,e)} ${this.#n(`update`,e)}
    `}#n(e,t){let r=e===`fetch`?_.git.fetch:_.git.update(p(t.default)),i=e===`fetch`?this.#a:()=>this.#o(t.default);return n`<button ?disabled=${!!this.state.busy} @click=${i}>${r}</button>`}#r(){let{transfer:e}=this.thread,{busy:t}=this.state,r=t===`push`?_.git.pushing:t===`fetch`?_.git.fetching:t===`pull`||t===`update`?_.git.pulling:``;if(!r)return n`<div role="status"></div>`;let a=e?.total??0;return n`
      <div role="status" class="small">${r}</div>
      <progress aria-label=${r} max=${a||i} value=${a?e?.done??0:i}></progress>
    `}#i(e){return this.refused?e.behind?n`
      <div class="card" role="alert">
        <h3 class="warn">${_.git.behindTitle}</h3>
        <p>${_.git.behindText}</p>
        <div class="row">
          <button class="primary" ?disabled=${!!this.state.busy} @click=${this.#c}>${_.git.fetchAndPull}</button>
          <button class="danger" ?disabled=${!!this.state.busy} @click=${()=>this.forcing=!0}>${_.git.force}</button>
        </div>
      </div>
    `:n`<p class="bad quote" role="alert">${this.refused}</p>`:i}#a=()=>this.act(`fetch`,async()=>{let{changed:e}=await this.thread.api.ask(`POST ${o}/fetch`,{path:this.thread.path});this.tell(e.length?_.git.moved(e.length):_.git.stood)});async#o(e){let t=!1;return this.conflict=void 0,await this.act(e===this.state.git?.branch?`pull`:`update`,async()=>{let n={branch:e},{outcome:r}=await this.thread.api.ask(`POST ${o}/pull`,{path:this.thread.path,body:n});t=!0,this.tell(_.git.outcome[r])},t=>S(t).length?(this.conflict={problem:t,branch:e},!0):!1),t}#s(e){return this.#e(),this.act(`push`,async()=>{let{api:t,path:n}=this.thread;try{let r=await t.ask(`POST ${o}/push`,{path:n,body:{force:e}});this.compare=u(r.compare),this.tell(_.git.pushed(r.branch))}catch(e){this.refused=a(e),await t.ask(`POST ${o}/fetch`,{path:n}).catch(()=>void 0)}})}#c=async()=>{let{git:e}=this.state;e&&await this.#o(e.branch)&&await this.#s(!1)}};function ce(e){let{ahead:t,behind:n,upstream:r}=e;return r?[t&&_.git.toPush(t),n&&_.git.toPull(n)].filter(Boolean).join(`, `)||_.git.upToDate:t?_.git.notPushed(t):_.git.nothingYet}h(`nu-git-branch`,se);var le=class extends k{static properties={discarding:{state:!0},saved:{state:!0}};static styles=[f,O];constructor(){super(),this.discarding=!1,this.saved=``}willUpdate(e){e.has(`thread`)&&(this.saved=``)}render(){let{git:e,files:t,truncated:r}=this.state;return e?n`
      <section class="card" aria-labelledby="title">
        <div class="row">
          <h2 id="title">${_.git.changes}</h2>
          ${e.clean?i:n`<span class="badge">${A(e)}</span>`}
        </div>
        ${e.clean?n`<p class="soft">${_.git.clean}</p>`:n`
          <nu-diff .files=${t} .truncated=${r}></nu-diff>
          ${this.#e()}
        `}
        ${this.saved?n`<div class="row" role="status">
          <span>${_.git.discarded(this.saved.slice(0,10))}</span>
          <button ?disabled=${!!this.state.busy} @click=${this.#r}>
            <nu-icon name="undo"></nu-icon>${_.git.undiscard}
          </button>
        </div>`:i}
      </section>
      <nu-dialog label=${_.git.discardTitle} ?open=${this.discarding}
        @nu-close=${()=>this.discarding=!1}>
        <p>${_.git.discardText(A(e))}</p>
        <div class="actions">
          <button @click=${()=>this.discarding=!1}>${_.threads.cancel}</button>
          <button class="danger" @click=${this.#n}>${_.git.discardNow}</button>
        </div>
      </nu-dialog>
    `:i}#e(){let e=!!this.state.busy||this.thread.working.includes(this.thread.key.thread);return n`
      <form @submit=${this.#t}>
        <label for="message">${_.git.message}</label>
        <textarea id="message" class="field" rows="2" required></textarea>
        <div class="row">
          <button class="primary" ?disabled=${e}>${_.git.commit}</button>
          <span class="grow"></span>
          <button type="button" class="quiet bad" ?disabled=${e}
            @click=${()=>this.discarding=!0}>${_.git.discard}</button>
        </div>
      </form>
    `}#t(e){e.preventDefault();let t=this.renderRoot.querySelector(`#message`),n=t?.value.trim()??``;n&&this.act(`commit`,async()=>{let e={path:this.thread.path,body:{message:n}},{commit:r}=await this.thread.api.ask(`POST ${o}/commit`,e);t&&(t.value=``);let[i=``]=n.split(`
`);this.tell(r?_.git.committed(i):_.git.nothingToCommit)})}#n=()=>{this.discarding=!1,this.act(`discard`,async()=>{let{saved:e}=await this.thread.api.ask(`POST ${o}/discard`,{path:this.thread.path});this.saved=e??``,e||this.tell(_.git.nothingToDiscard)})};#r=()=>this.act(`restore`,async()=>{let e={path:this.thread.path,body:{commit:this.saved}};await this.thread.api.ask(`POST ${o}/restore`,e),this.saved=``})};function A(e){return e.added.length+e.modified.length+e.deleted.length+e.untracked.length}h(`nu-git-changes`,le);var ue=[[`year`,31557600],[`month`,2629800],[`week`,604800],[`day`,86400],[`hour`,3600],[`minute`,60]],de=new Intl.RelativeTimeFormat(`en`,{numeric:`auto`});function j(e,t){let n=(e.getTime()-t.getTime())/1e3;for(let[e,t]of ue)if(Math.abs(n)>=t)return de.format(Math.trunc(n/t),e);return`just now`}function M(e){return e.toLocaleString(void 0,{dateStyle:`medium`,timeStyle:`short`})}var N=/^(Thread|Turn)-ID: .*$/gm,P=class extends k{static properties={restoring:{state:!0}};static styles=[f,O,d`
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
    `];#e=new Set;#t=new Map;constructor(){super(),this.restoring=``}willUpdate(e){e.has(`thread`)&&(this.#e.clear(),this.#t.clear(),this.restoring=``)}render(){let{git:e,commits:t,older:r}=this.state;return e?n`
      ${e.kept.length?n`
        <section class="card" aria-labelledby="kept">
          <h2 id="kept">${_.git.kept}</h2>
          <p class="soft">${_.git.keptText}</p>
          <ol>${e.kept.map(t=>this.#r(t,e.head))}</ol>
        </section>`:i}
      <section class="card" aria-labelledby="history">
        <h2 id="history">${_.git.history}</h2>
        ${t.length?i:n`<p class="soft">${_.git.noHistory}</p>`}
        <ol>${t.map(e=>this.#n(e))}</ol>
        ${r?n`<div><button @click=${this.#s}>${_.git.older}</button></div>`:i}
      </section>
      <nu-dialog label=${_.git.restoreTitle} ?open=${this.restoring!==``}
        @nu-close=${()=>this.restoring=``}>
        <p>${_.git.restoreText}</p>
        <div class="actions">
          <button @click=${()=>this.restoring=``}>${_.threads.cancel}</button>
          <button class="primary" @click=${this.#c}>${_.git.restoreNow}</button>
        </div>
      </nu-dialog>
    `:i}#n(e){let t=new Date(e.time),r=n`
      <span class="quote">${p(e.subject)}</span>
      <code class="soft">${e.hash.slice(0,8)}</code>
      <span class="about soft small">
        <time datetime=${e.time} title=${M(t)}>${j(t,new Date)}</time>
        · <bdi>${p(e.author)}</bdi>${e.turnId?` · ${_.git.byAgent}`:``}
      </span>`,a=e.message.slice(e.subject.length).replace(N,``).trim(),o=e.parents[0];return this.#i(e.hash,r,n`
      ${a?n`<p class="message quote small">${a.split(`
`).map(e=>n`${p(e)}\n`)}</p>`:i}
      ${o===void 0?n`<p class="soft">${_.git.firstCommit}</p>`:this.#a(e.hash)}
    `,()=>o!==void 0&&this.#o(e.hash,o))}#r(e,t){let r=n`<code>${e.slice(0,10)}</code><span></span>`;return this.#i(e,r,n`
      <p class="soft small">${_.git.keptDiff}</p>${this.#a(e)}
    `,()=>this.#o(e,t))}#i(e,t,r,a){let o=this.#e.has(e);return n`
      <li>
        <button class="quiet entry" aria-expanded=${o} @click=${()=>{o?this.#e.delete(e):(this.#e.add(e),a()),this.requestUpdate()}}>
          <nu-icon name="down"></nu-icon>${t}
        </button>
        ${o?n`<div class="body">
          ${r}
          ${e===this.state.git?.head?i:n`<div>
            <button ?disabled=${!!this.state.busy} @click=${()=>this.restoring=e}>
              <nu-icon name="undo"></nu-icon>${_.git.restore}
            </button>
          </div>`}
        </div>`:i}
      </li>
    `}#a(e){let t=this.#t.get(e);return t===void 0?n`<p class="soft" role="status">${_.git.loading}</p>`:typeof t==`string`?n`<p class="bad quote" role="alert">${t}</p>`:n`<nu-diff .files=${t.files} .truncated=${t.truncated}></nu-diff>`}async#o(e,t){if(typeof this.#t.get(e)==`object`)return;let{state:n}=this;try{this.#t.set(e,await n.diff(t,e))}catch(t){this.#t.set(e,a(t))}this.requestUpdate()}#s=()=>this.state.readOlder().catch(e=>this.tell(a(e),`problem`));#c=()=>{let e=this.restoring,t=this.state.git?.head??null;this.restoring=``,this.act(`restore`,async()=>{let n={path:this.thread.path,body:{commit:e,expectedHead:t}},{outcome:r}=await this.thread.api.ask(`POST ${o}/restore`,n);this.tell(_.git.outcome[r])})}};h(`nu-git-history`,P);var F=class{#e;#t;constructor(e){e.addController(this)}watch(e){e!==this.#e&&(this.#t?.(),this.#e=e,this.#t=e?.watch())}hostDisconnected(){this.watch(void 0)}};h(`nu-git`,class extends k{static properties={shown:{type:Boolean}};static styles=[f,O];#e=new F(this);constructor(){super(),new c(this,()=>this.thread)}willUpdate(e){this.#e.watch(this.shown&&this.thread.exists?this.state:void 0)}render(){let{thread:e,state:t}=this;return e.exists===!1?i:n`
      <div class="pane">
        ${t.problem?n`<div class="card" role="alert">
          <p class="bad quote">${t.problem}</p>
          <div><button @click=${()=>t.read()}><nu-icon name="reload"></nu-icon>${_.git.again}</button></div>
        </div>`:i}
        ${t.git?n`
          <nu-git-branch .thread=${e}></nu-git-branch>
          <nu-git-changes .thread=${e}></nu-git-changes>
          <nu-git-history .thread=${e}></nu-git-history>
        `:t.problem?i:n`<p class="soft" role="status">${_.git.loading}</p>`}
      </div>
    `}});var I=5,L=class extends s{static properties={errors:{attribute:!1},output:{}};static styles=[f,d`
      :host { display: grid; gap: 0.75rem }
      li { display: grid; gap: 0.4rem; padding-block: 0.4rem }
      p { overflow-wrap: anywhere; unicode-bidi: plaintext }
      pre {
        direction: ltr; max-block-size: 12rem; padding: 0.6rem 0.75rem; overflow: auto; text-align: left;
        border-radius: var(--radius); background: var(--raised); white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
    `];render(){let{errors:e,output:t}=this;return n`
      ${e.length?n`
        <h3>${_.publish.errors(e.length)}</h3>
        <ul>${e.map(e=>this.#e(e))}</ul>`:i}
      ${t?n`<details ?open=${!e.length}>
        <summary>${_.publish.output}</summary><pre tabindex="0">${t}</pre>
      </details>`:i}
      <div><button class="primary" @click=${this.#t}>
        <nu-icon name="edit"></nu-icon>${_.publish.fix}
      </button></div>
    `}#e(e){let[t=``,...r]=e.message.split(`
`),a=e.frame||r.join(`
`).trimEnd();return n`<li>
      <p class="bad">${t}</p>
      ${e.file?n`<p class="mono soft">${z(e)}</p>`:i}
      ${a?n`<pre tabindex="0">${a}</pre>`:i}
    </li>`}#t=()=>{let e=this.errors.slice(0,I).map(e=>`${z(e)} ${R(e.message)}`.trim()),t=_.publish.fixWish(e.join(`
`)||this.output.slice(-1500));this.send(`nu-say`,{text:t})}};function R(e){return e.split(`
`,1)[0]??``}function z({file:e,line:t,column:n}){return p(e)+(t===null?``:_.publish.at(t,n))}h(`nu-mistakes`,L);function B(e,{git:t,remote:n}){let r=t.clean?[]:[`commit`];return e===`merge`?(r.push(`update`,`build`,`merge`),n&&r.push(`push-default`)):(r.push(`build`),n&&r.push(`push`)),r.map(e=>({id:e,state:`waiting`,told:``}))}function V(e){if(!e.some(({state:e})=>e===`failed`||e===`running`))return e.find(({state:e})=>e===`waiting`)?.id}function H(e,t,n,r=``){return e.map(e=>e.id===t?{id:t,state:n,told:r}:e)}function fe(e){return e.map(e=>e.state===`failed`?{...e,state:`waiting`,told:``}:e)}function pe(e){return e.length>0&&e.every(({state:e})=>e===`done`)}var me=class extends EventTarget{thread;way=`review`;steps=[];running=!1;errors=[];output=``;problem;compare;#e;constructor(e){super(),this.thread=e,this.#e=D(e)}plan(e){return this.steps.length?this.steps:B(this.way,{git:e,remote:this.#e.remote})}get over(){return pe(this.steps)}get failed(){return this.steps.find(({state:e})=>e===`failed`)?.id}go(e){this.running||(this.way=e,this.forget())}forget(){this.steps=this.errors=[],this.output=``,this.problem=this.compare=void 0,this.#r()}async run(e){let{git:t}=this.#e;if(!this.running&&t){this.running=!0,this.errors=[],this.output=``,this.problem=void 0,this.steps=fe(this.plan(t));for(let n=V(this.steps);n!==void 0;n=V(this.steps)){this.#n(n,`running`);try{this.#n(n,`done`,await this.#t(n,e,t))}catch(e){this.problem=e instanceof l?e:new l(0,a(e)),this.errors=this.problem.reply.errors??[],this.output=String(this.problem.reply.output??``),this.#n(n,`failed`,this.problem.message.split(`
`,1)[0])}}this.running=!1,this.#r(),await this.#e.read()}}async#t(e,t,n){let{api:r,path:i}=this.thread;switch(e){case`commit`:{let{commit:e}=await r.ask(`POST ${o}/commit`,{path:i,body:{message:t}});return e?_.publish.committed(e.hash.slice(0,10)):_.git.nothingToCommit}case`build`:{let{seconds:e}=await r.ask(`POST ${o}/preview/build`,{path:i});return _.publish.built(e)}case`push`:{let e=await r.ask(`POST ${o}/push`,{path:i,body:{}});return this.compare=u(e.compare),``}case`update`:return U(await r.ask(`POST ${o}/pull`,{path:i,body:{branch:n.default}}));case`merge`:return U(await r.ask(`POST ${o}/merge`,{path:i}));case`push-default`:return await r.ask(`POST ${o}/push`,{path:i,body:{defaultBranch:!0}}),``}}#n(e,t,n=``){this.steps=H(this.steps,e,t,n),this.#r()}#r(){this.dispatchEvent(new Event(`change`))}};function U({outcome:e}){return _.git.outcome[e]}var W=new WeakMap;function G(e){let t=W.get(e)??new me(e);return W.set(e,t),t}var he=d`
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
`,ge={done:`check`,failed:`close`,running:`publish`},_e=class extends k{static properties={shown:{type:Boolean}};static styles=[f,O,he];#e=new F(this);constructor(){super(),new c(this,()=>this.thread),new c(this,()=>this.thread&&G(this.thread))}willUpdate(e){this.#e.watch(this.shown&&this.thread.exists?this.state:void 0);let t=G(this.thread);!this.state.remote&&t.way===`review`&&t.go(`merge`)}render(){let{git:e,problem:t}=this.state;if(this.thread.exists===!1)return i;if(!e)return n`<div class="pane"><p class=${t?`bad quote`:`soft`} role="status">
        ${t||_.git.loading}</p></div>`;let r=G(this.thread);return n`
      <div class="pane">
        <h2>${_.publish.title}</h2>
        ${this.#t(r,e)}
        <section class="card" aria-label=${_.publish.name}>
          <ol>${r.plan(e).map((t,n)=>this.#n(t,n,e,r))}</ol>
          ${this.#a(r,e)}
        </section>
        ${r.over?this.#o(r,e):i}
      </div>
    `}#t(e,t){let{remote:r}=this.state,i=e=>e===`review`?_.publish.wayText.review:r?_.publish.wayText.merge(p(t.default)):_.publish.wayTextLocal,a=r?[`review`,`merge`]:[`merge`];return n`
      <fieldset ?disabled=${e.running}>
        <legend class="unseen">${_.publish.ways}</legend>
        <div class="ways">${a.map(t=>n`
          <label class="way">
            <input type="radio" name="way" .checked=${e.way===t} @change=${()=>e.go(t)} />
            <b>${_.publish.way[t]}</b>
            <span class="soft small">${i(t)}</span>
          </label>`)}
        </div>
      </fieldset>
    `}#n(e,t,r,a){let o=ge[e.state];return n`
      <li class="step ${e.state}" aria-current=${e.state===`running`?`step`:i}>
        <span class="sign" aria-hidden="true">${o?n`<nu-icon name=${o}></nu-icon>`:t+1}</span>
        <span>${ve(e.id,r)}</span>
        <span class="small ${e.state===`failed`?`bad`:`soft`}">${_.publish.state[e.state]}</span>
        ${e.told?n`<p class="more small quote ${e.state===`failed`?`bad`:`soft`}">${e.told}</p>`:i}
        ${this.#r(e)}
        ${e.state===`failed`?n`<div class="more">${this.#i(e.id,a,r)}</div>`:i}
        ${e.id===`build`&&e.state===`done`?n`<div class="more">
          <button @click=${this.#c}><nu-icon name="open"></nu-icon>${_.publish.seeBuilt}</button>
        </div>`:i}
      </li>
    `}#r(e){if(e.state!==`running`)return i;let t=e.id.startsWith(`push`)?this.thread.transfer:null,r=t?.total??0;return n`<progress class="more" aria-label=${_.publish.state.running}
      max=${r||i} value=${r?t?.done??0:i}></progress>`}#i(e,t,r){let{problem:a}=t;return a&&S(a).length?n`<nu-conflicts .problem=${a} .branch=${r.default}></nu-conflicts>`:e===`build`?n`<nu-mistakes .errors=${t.errors} .output=${t.output}></nu-mistakes>`:i}#a(e,t){let r=this.thread.working.includes(this.thread.key.thread),a=e.plan(t).some(({id:e,state:t})=>e===`commit`&&t!==`done`),o=e.over?_.publish.restart:e.failed?_.publish.resume:_.publish.start;return n`
      <form @submit=${this.#s}>
        ${a?n`
          <label for="message">${_.publish.messageLabel}</label>
          <input id="message" class="field" required ?disabled=${e.running} value=${_.publish.message} />`:i}
        <div class="row">
          <button class=${e.over?``:`primary`} ?disabled=${e.running||r}>
            <nu-icon name="publish"></nu-icon>${o}
          </button>
          ${e.failed&&!e.running?n`<button type="button" class="quiet" @click=${()=>e.forget()}>${_.publish.restart}</button>`:i}
          ${r?n`<span class="soft small" role="status">${_.publish.workingFirst}</span>`:i}
        </div>
      </form>
    `}#o(e,t){let{remote:r}=this.state,{over:a}=_.publish,o=e.way===`review`?a.review(p(t.branch)):r?a.merge(p(t.default)):a.local(p(t.default));return n`
      <section class="card outcome" role="status">
        <p class="good">${o}</p>
        ${e.compare?n`
          <p><a href=${e.compare} target="_blank" rel="noreferrer">${_.git.compare}</a></p>
          <nu-pull-request .thread=${this.thread}></nu-pull-request>`:i}
      </section>
    `}#s=e=>{e.preventDefault();let t=G(this.thread);if(t.over){t.forget();return}let n=this.renderRoot.querySelector(`#message`);t.run(n?.value.trim()||_.publish.message)};#c=async()=>{let e=window.open(`about:blank`);try{let t={path:this.thread.path,body:{built:!0}},{url:n}=await this.thread.api.ask(`POST ${o}/preview/link`,t);e&&(e.opener=null,e.location.replace(n))}catch(t){e?.close(),this.tell(a(t),`problem`)}}};function ve(e,t){let n=_.publish.step[e];return typeof n==`string`?n:n(p(t.default))}h(`nu-publish`,_e);var K=class extends s{static properties={thread:{attribute:!1},branch:{state:!0}};static styles=[f,d`
      .body { display: grid; gap: 0.6rem }
      label { display: flex; gap: 0.6rem; align-items: center }
      .actions { display: flex; flex-wrap: wrap; gap: 0.5rem; justify-content: end }
    `];constructor(){super(),this.branch=!1}willUpdate(){this.thread||(this.branch=!1)}render(){let{thread:e}=this,{threads:t}=_,r=p(e?.title||e?.threadId||``);return n`
      <nu-dialog label=${t.deleteTitle(r)} ?open=${e!==void 0} @nu-close=${this.#e}>
        ${e?n`<div class="body">
          <p>${t.deleteGoes}</p>
          ${this.branch?i:n`<p>${t.deleteStays}</p>`}
          <label><input type="checkbox" .checked=${this.branch}
            @change=${()=>this.branch=!this.branch} />${t.deleteBranch}</label>
          <div class="actions">
            <button @click=${this.#e}>${t.cancel}</button>
            <button class="danger" @click=${()=>this.send(`nu-delete`,{branch:this.branch})}>${t.deleteNow}</button>
          </div>
        </div>`:i}
      </nu-dialog>
    `}#e=()=>this.send(`nu-close`)};h(`nu-delete-thread`,K);var ye=40,be=`conversation`;function xe(e,t){let n=e.normalize(`NFKD`).replace(/\p{M}/gu,``).toLowerCase().replace(/[^a-z0-9]+/g,`-`).slice(0,ye).replace(/^-+|-+$/g,``),r=new Set([...t].map(e=>e.toLowerCase())),i=n||be;if(!r.has(i))return i;let a=2;for(;r.has(`${i}-${a}`);)a+=1;return`${i}-${a}`}function Se(e,t){let n=`${e.title} ${e.threadId}`.toLowerCase();return t.toLowerCase().split(/\s+/).every(e=>n.includes(e))}function Ce(e,t,n){let r={ArrowDown:e+1,ArrowUp:e-1,Home:0,End:t-1}[n]??e;return Math.min(Math.max(r,0),Math.max(t-1,0))}var q=`/v1/threads/{client}/{user}`,J=class extends EventTarget{api;client;user;only;threads;archived=[];workspace;problem=``;transfer;#e;constructor(e,t,n,r){super(),this.api=e,[this.client,this.user,this.only]=[t,n,r],this.#e=new C(`nu-threads ${t}/${n}`,()=>void this.read()),this.#e.begin()}end(){this.#e.end()}get taken(){return[...this.threads??[],...this.archived].map(({threadId:e})=>e)}async read(){let{api:e,client:t,user:n}=this,r={client:t,user:n};try{if(this.only!==void 0){let{thread:t}=await e.ask(`GET ${o}`,{path:this.#a(this.only)});Object.assign(this,{threads:[t],problem:``}),this.#o();return}let[{threads:t},{threads:n},i]=await Promise.all([e.ask(`GET ${q}`,{path:r}),e.ask(`GET ${q}`,{path:r,query:{archived:!0}}),this.#i()]);Object.assign(this,{threads:t,archived:n,workspace:i,problem:``})}catch(e){this.problem=a(e)}this.#o()}async begin(e,t,n){let r={...this.#a(e)};if(n.from===`thread`){let i={threadId:e,title:t};await this.#n(()=>this.api.ask(`POST ${o}/fork`,{path:{...r,thread:n.thread},body:i}));return}let i={title:t,preview:!0,...n.from===`repository`?{repoUrl:n.repoUrl,branch:n.branch||null}:{},...n.from===`empty`?{empty:!0}:{}},a=this.#r();try{await this.#n(()=>this.api.ask(`PUT ${o}`,{path:r,body:i}))}finally{a(),this.transfer=void 0,this.#o()}}rename(e,t){return this.#t(e,{title:t})}archive(e){return this.#t(e,{archived:!0})}bringBack(e){return this.#t(e,{archived:!1})}async remove(e,t){let n={path:this.#a(e),query:{branch:t}};return(await this.#n(()=>this.api.ask(`DELETE ${o}`,n))).deleted}#t(e,t){return this.#n(()=>this.api.ask(`PATCH ${o}`,{path:this.#a(e),body:t}))}async#n(e){try{return await e()}finally{this.#e.tell(),await this.read()}}#r(){let e=`${this.client}/${this.user}`;return g(this.api,this.api.address(`/v1/transfers`),{hear:(t,n)=>{this.transfer=n.running[e],this.#o()}})}async#i(){let e={client:this.client,user:this.user};try{return(await this.api.ask(`GET /v1/workspaces/{client}/{user}`,{path:e})).workspace}catch(e){if(e instanceof l&&e.status===404)return null;throw e}}#a(e){return{client:this.client,user:this.user,thread:e}}#o(){this.dispatchEvent(new Event(`change`))}};h(`nu-making`,class extends s{static properties={list:{attribute:!1}};constructor(){super(),new c(this,()=>this.list)}render(){let{transfer:e}=this.list,{threads:t}=_,r=e?t.cloning:t.creating,a=e?.total??0;return n`
      <p class="small" role="status">${r}</p>
      <progress aria-label=${r} max=${a||i} value=${a?e?.done??0:i}></progress>
      ${e&&a?n`<p class="soft small">${t.clonedObjects(e.done,a)}</p>`:i}
    `}});var we=class extends s{static properties={open:{type:Boolean},list:{attribute:!1},source:{},from:{state:!0},about:{state:!0},problem:{state:!0},busy:{state:!0}};static styles=[f,d`
      form { display: grid; gap: 0.7rem }
      fieldset { display: grid; gap: 0.35rem; margin: 0; padding: 0; border: 0; min-inline-size: 0 }
      legend, .label { padding: 0; color: var(--soft); font-size: 0.85em }
      .choice { display: flex; gap: 0.6rem; align-items: center; min-block-size: 1.7rem }
      .choice input { accent-color: var(--accent) }
      .actions { display: flex; flex-wrap: wrap; gap: 0.5rem; justify-content: end }
    `];constructor(){super(),this.open=this.busy=!1,this.source=this.about=this.problem=``,new c(this,()=>this.list)}willUpdate(e){e.has(`open`)&&this.open&&(this.problem=this.about=``,this.from=this.source?`thread`:void 0)}updated(e){e.has(`open`)&&this.open&&this.renderRoot.querySelector(`nu-dialog`)?.updateComplete.then(()=>this.renderRoot.querySelector(`#title`)?.focus())}render(){return n`
      <nu-dialog label=${_.threads.new} ?open=${this.open} @nu-close=${this.#s}>
        ${this.open?this.#n():i}
      </nu-dialog>
    `}get#e(){return this.list.workspace?this.list.threads?.length?[`site`,`thread`]:[`site`]:[`starter`,`repository`,`empty`]}get#t(){let e=this.#e;return this.from&&e.includes(this.from)?this.from:e[0]}#n(){let{threads:e}=_,t={site:e.fromSite,thread:e.fromThread,starter:e.fromStarter,repository:e.fromRepository,empty:e.fromEmpty},r=this.#t;return n`
      <form @submit=${this.#o}>
        <label class="label" for="title">${e.title}</label>
        <input id="title" class="field" required maxlength="200" autocomplete="off" ?disabled=${this.busy}
          placeholder=${e.titleHint} .value=${this.about}
          @input=${e=>this.about=e.target.value} />
        ${this.about.trim()?n`<p class="soft small">${e.address(this.#a)}</p>`:i}
        ${this.#e.length>1?n`
          <fieldset ?disabled=${this.busy}>
            <legend>${e.startFrom}</legend>
            ${this.#e.map(e=>n`<label class="choice">
              <input type="radio" name="from" .checked=${e===r} @change=${()=>this.from=e} />
              ${t[e]}
            </label>`)}
          </fieldset>`:i}
        ${r===`thread`?this.#r():r===`repository`?this.#i():i}
        <p class="bad" role="alert">${this.problem}</p>
        ${this.busy?n`<nu-making .list=${this.list}></nu-making>`:i}
        <div class="actions">
          <button type="button" @click=${this.#s}>${e.cancel}</button>
          <button class="primary" ?disabled=${this.busy}>${e.create}</button>
        </div>
      </form>
    `}#r(){return n`
      <label class="label" for="source">${_.threads.which}</label>
      <select id="source" class="field" ?disabled=${this.busy}>
        ${this.list.threads?.map(({threadId:e,title:t})=>n`
          <option value=${e} ?selected=${e===this.source}>${p(t||e)}</option>`)}
      </select>
      <p class="soft small">${_.threads.copyHint}</p>
    `}#i(){return n`
      <label class="label" for="repository">${_.threads.repository}</label>
      <input id="repository" class="field" required autocomplete="off" spellcheck="false" ?disabled=${this.busy}
        placeholder=${_.threads.repositoryHint} />
      <label class="label" for="branch">${_.threads.branch}</label>
      <input id="branch" class="field" autocomplete="off" spellcheck="false" ?disabled=${this.busy} />
    `}get#a(){return xe(this.about,this.list.taken)}async#o(e){e.preventDefault();let t=e=>this.renderRoot.querySelector(`#${e}`)?.value.trim()??``,n=this.#t,r=n===`thread`?{from:n,thread:t(`source`)}:n===`repository`?{from:n,repoUrl:t(`repository`),branch:t(`branch`)}:{from:n},i=this.#a;this.busy=!0,this.problem=``;try{await this.list.begin(i,this.about.trim(),r),this.send(`nu-made`,{thread:i})}catch(e){this.problem=a(e)}finally{this.busy=!1}}#s=()=>this.send(`nu-close`)};h(`nu-new-thread`,we);var Te=class extends s{static properties={thread:{attribute:!1},root:{attribute:!1},current:{type:Boolean,reflect:!0},working:{type:Boolean},reached:{type:Boolean},fixed:{type:Boolean},single:{type:Boolean},opened:{state:!0},renaming:{state:!0}};static styles=[f,d`
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
    `];constructor(){super(),this.current=this.working=this.reached=this.fixed=this.single=!1,this.opened=this.renaming=!1}focus(){this.renderRoot.querySelector(`a, input`)?.focus()}render(){if(this.renaming)return this.#t();let{thread:e}=this,{clientId:t,userId:r,threadId:a}=e,o=p(e.title||a),s=new Date(e.updated),c=this.reached?`0`:`-1`;return n`
      <div class="line">
        <a href=${new URL(b({client:t,user:r,thread:a}),this.root).href} tabindex=${c}
          aria-current=${this.current?`page`:i} @click=${this.#o}>
          <span class="title cut">${o}</span>
          <span class="about small soft">
            ${this.working?n`<span class="badge"><span class="dot"></span>${_.threads.working}</span>`:i}
            <time datetime=${e.updated} title=${M(s)}>${j(s,new Date)}</time>
            ${e.ahead?n`<span>${_.threads.ahead(e.ahead)}</span>`:i}
          </span>
        </a>
        ${this.fixed?i:n`<button class="quiet icon" tabindex=${c} aria-expanded=${this.opened}
          aria-label=${_.threads.actions(o)} @click=${()=>this.opened=!this.opened}>
          <nu-icon name="more"></nu-icon>
        </button>`}
      </div>
      ${this.opened&&!this.fixed?this.#e():i}
    `}#e(){let{threads:e}=_,t=(e,t,r)=>n`
      <button class="quiet" @click=${r}><nu-icon name=${e}></nu-icon>${t}</button>`,r=t(`edit`,e.rename,this.#n);if(this.single)return n`<div class="actions">${r}</div>`;let i=t(`trash`,e.delete,()=>this.#s({what:`delete`}));return this.thread.archived?n`<div class="actions">${t(`undo`,e.back,()=>this.#s({what:`back`}))} ${i}</div>`:n`<div class="actions">
      ${r}
      ${t(`branch`,e.fork,()=>this.#s({what:`fork`}))}
      ${t(`archive`,e.archive,()=>this.#s({what:`archive`}))}
      ${i}
    </div>`}#t(){let e=this.thread.title||this.thread.threadId;return n`
      <form @submit=${this.#r} @keydown=${this.#i}>
        <input class="field" aria-label=${_.threads.renameOf(p(e))} required maxlength="200" .value=${e} />
        <button class="primary">${_.threads.save}</button>
      </form>
    `}#n=async()=>{this.renaming=!0,await this.updateComplete,this.renderRoot.querySelector(`input`)?.select()};#r(e){e.preventDefault();let t=this.renderRoot.querySelector(`input`)?.value.trim()??``;t&&t!==this.thread.title&&this.#s({what:`rename`,title:t}),this.#a()}#i(e){e.stopPropagation(),e.key===`Escape`&&this.#a()}async#a(){this.renaming=this.opened=!1,await this.updateComplete,this.focus()}#o=e=>{e.button||e.metaKey||e.ctrlKey||e.shiftKey||(e.preventDefault(),this.#s({what:`open`}))};#s(e){this.send(`nu-do`,e),[`rename`,`fork`,`delete`].includes(e.what)||(this.opened=!1)}};h(`nu-thread-row`,Te);var Y=d`
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
`,Ee=`M16 30V14m0 4C6 18 5 11 5 7c6 0 11 3 11 11zm0-3c0-8 5-12 11-12 0 5-1 12-11 12z`,De=`first`;h(`nu-welcome`,class extends s{static properties={list:{attribute:!1},first:{attribute:!1},fixed:{type:Boolean},busy:{state:!0},problem:{state:!0}};static styles=[f,Y];constructor(){super(),this.fixed=this.busy=!1,this.problem=``}render(){let{threads:e}=_;return n`
      <div class="welcome">
        <svg class="sprout" viewBox="0 0 32 32" fill="none" stroke="currentColor" stroke-width="2.5"
          stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${r`<path d=${Ee} />`}</svg>
        <h2>${e.welcome}</h2>
        <p class="soft">${e.welcomeText}</p>
        ${this.fixed?i:n`
          <button class="primary" ?disabled=${this.busy} @click=${this.#e}>${e.first}</button>
          ${this.list.workspace?i:n`<button class="quiet" ?disabled=${this.busy} @click=${()=>this.send(`nu-other`)}>${e.firstOther}</button>`}
        `}
        ${this.busy?n`<nu-making .list=${this.list}></nu-making>`:i}
        <p class="bad" role="alert">${this.problem}</p>
      </div>
    `}#e=async()=>{let{list:e,first:t}=this,n=t&&t.clientId===e.client&&t.userId===e.user?t.threadId:De;this.busy=!0,this.problem=``;try{await e.begin(n,null,{from:`starter`}),this.send(`nu-made`,{thread:n})}catch(e){this.problem=a(e)}finally{this.busy=!1}}});var Oe=8,ke=class extends s{static properties={api:{attribute:!1},session:{attribute:!1},client:{},user:{},current:{},working:{attribute:!1},list:{state:!0},workspaces:{state:!0},words:{state:!0},put:{state:!0},at:{state:!0},making:{state:!0},source:{state:!0},going:{state:!0}};static styles=[f,Y];#e;constructor(){super(),this.working=this.workspaces=[],this.words=this.source=``,this.put=this.making=!1,this.at=0,new c(this,()=>this.list)}connectedCallback(){super.connectedCallback(),this.#t()}disconnectedCallback(){super.disconnectedCallback(),this.list?.end(),this.list=void 0}willUpdate(e){(e.has(`client`)||e.has(`user`))&&this.#t(),e.has(`session`)&&/^(operator|client:)/.test(this.session?.scope??``)&&this.#n(),e.has(`current`)&&(this.#e=void 0);let t=e.get(`working`);(t!==void 0&&t.join()!==this.working.join()||e.has(`current`)&&this.current)&&this.list?.read()}updated(){let e=[...this.list?.threads??[],...this.list?.archived??[]].find(({threadId:e})=>e===this.current)?.title;this.#e!==void 0&&e===void 0&&(this.#e=void 0,this.send(`nu-lost`)),e!==void 0&&e!==this.#e&&(this.#e=e,this.send(`nu-titled`,{title:e}))}#t(){let{client:e,user:t,api:n}=this;if(this.list&&this.list.client===e&&this.list.user===t)return;this.list?.end();let r=/^thread:[^/]+\/[^/]+\/(.+)$/.exec(this.session?.scope??``)?.[1];this.list=e&&t?new J(n,e,t,r):void 0,this.list?.read()}async#n(){try{this.workspaces=(await this.api.ask(`GET /v1/workspaces`,{})).workspaces}catch{}}render(){let{list:e}=this;if(!e)return n`<div class="list">${this.#i()}<p class="soft">${_.threads.pickWorkspace}</p></div>`;if(e.threads===void 0)return n`<div class="list">${this.#a(e)}</div>`;if(e.threads.length===0&&e.archived.length===0&&!this.current)return n`
        <div class="list">${this.#i()}</div>
        <nu-welcome .list=${e} .first=${this.session.first} .fixed=${this.#r}
          @nu-made=${this.#f} @nu-other=${()=>this.#l(``)}></nu-welcome>
        ${this.#c(e)}
      `;let t=e.threads.filter(e=>Se(e,this.words));return n`
      <nav class="list" aria-label=${_.threads.name}>
        ${this.#i()}
        <div class="head">
          <h2>${_.threads.name}</h2>
          ${this.#r||e.only!==void 0?i:n`
            <button class="primary" aria-label=${_.threads.new} @click=${()=>this.#l(``)}>
              <nu-icon name="plus"></nu-icon>${_.threads.newShort}
            </button>`}
        </div>
        ${this.#a(e)}
        ${e.threads.length>Oe?n`<input class="field" type="search" aria-label=${_.threads.find}
          placeholder=${_.threads.find} .value=${this.words} @input=${this.#u} />`:i}
        ${e.threads.length===0?n`<p class="soft">${_.threads.none}</p>`:t.length===0?n`<p class="soft" role="status">${_.threads.noneFound}</p>`:i}
        ${this.#o(t)}
        ${e.only===void 0?this.#s(e):i}
      </nav>
      ${this.#c(e)}
    `}get#r(){return this.session?.access!==`full`}#i(){if(this.workspaces.length<2&&this.client||!this.workspaces.length)return i;let e=`${this.client}/${this.user}`;return n`
      <label class="label" for="workspace">${_.threads.workspace}</label>
      <select id="workspace" class="field" @change=${this.#d}>
        ${this.client&&this.workspaces.some(t=>`${t.clientId}/${t.userId}`===e)?i:n`<option value="" selected>${this.client?e:``}</option>`}
        ${this.workspaces.map(({clientId:t,userId:r})=>{let i=`${t}/${r}`;return n`<option value=${i} ?selected=${i===e}>${i}</option>`})}
      </select>
    `}#a(e){return!e.problem&&e.threads?i:e.problem?n`<p class="bad" role="alert">${e.problem}</p>
      <div><button @click=${()=>e.read()}>${_.threads.again}</button></div>`:n`<p class="soft" role="status">${_.git.loading}</p>`}#o(e){let t=e.findIndex(({threadId:e})=>e===this.current),r=this.at<e.length&&this.at>=0?this.at:Math.max(t,0);return n`<ul @keydown=${this.#h}>${v(e,X,(e,t)=>n`<li>
      <nu-thread-row .thread=${e} .root=${this.api.root} .reached=${t===r}
        .current=${e.threadId===this.current} .working=${this.working.includes(e.threadId)}
        .fixed=${this.#r} .single=${this.list?.only!==void 0}
        @focusin=${()=>this.at=t} @nu-do=${t=>this.#g(e,t.detail)}>
      </nu-thread-row>
    </li>`)}</ul>`}#s(e){return n`
      <label class="archive"><input type="checkbox" .checked=${this.put}
        @change=${()=>this.put=!this.put} />${_.threads.showArchived}</label>
      ${this.put?e.archived.length?n`<ul>${v(e.archived,X,e=>n`<li>
        <nu-thread-row .thread=${e} .root=${this.api.root} reached .fixed=${this.#r}
          @nu-do=${t=>this.#g(e,t.detail)}></nu-thread-row>
      </li>`)}</ul>`:n`<p class="soft">${_.threads.noneArchived}</p>`:i}
    `}#c(e){return n`
      <nu-new-thread .list=${e} .source=${this.source} ?open=${this.making}
        @nu-made=${this.#f} @nu-close=${()=>this.making=!1}></nu-new-thread>
      <nu-delete-thread .thread=${this.going} @nu-delete=${this.#v}
        @nu-close=${()=>this.going=void 0}></nu-delete-thread>
    `}#l(e){this.source=e,this.making=!0}#u=e=>{this.words=e.target.value,this.at=0};#d=e=>{let[t,n]=e.target.value.split(`/`);t&&n&&this.send(`nu-open`,{client:t,user:n})};#f=e=>{this.making=!1,this.#p(e.detail.thread)};#p(e){this.send(`nu-open`,{client:this.client,user:this.user,...e===void 0?{}:{thread:e}})}get#m(){return[...this.renderRoot.querySelectorAll(`ul:first-of-type nu-thread-row`)]}#h=e=>{let t=this.#m,n=Ce(this.at,t.length,e.key);[`ArrowDown`,`ArrowUp`,`Home`,`End`].includes(e.key)&&(e.preventDefault(),this.at=n,t[n]?.focus())};async#g(e,t){let{list:n}=this,{threadId:r}=e;if(n)try{if(t.what===`open`)this.#p(r);else if(t.what===`fork`)this.#l(r);else if(t.what===`delete`)this.going=e;else if(t.what===`rename`)await n.rename(r,t.title),await this.updateComplete,this.#m.find(e=>e.thread.threadId===r)?.focus();else{let i=t.what===`back`;await(i?n.bringBack(r):n.archive(r)),i||this.tell(_.threads.archived(p(e.title||r))),!i&&r===this.current&&this.#p(void 0),await this.#_()}}catch(e){this.tell(a(e),`problem`)}}async#_(){await this.updateComplete;let e=this.#m;(e[Math.min(this.at,e.length-1)]??this.renderRoot.querySelector(`.head button`))?.focus()}#v=async e=>{let t=this.going;if(this.going=void 0,t)try{let{head:n}=await this.list?.remove(t.threadId,e.detail.branch)??{head:``};this.tell(_.threads.deleted(p(t.title||t.threadId),n.slice(0,10))),t.threadId===this.current&&this.#p(void 0),await this.#_()}catch(e){this.tell(a(e),`problem`)}}};function X(e){return e.threadId}h(`nu-threads`,ke);var Ae=d`
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
`,je=class extends s{static properties={thread:{attribute:!1},list:{state:!0},problem:{state:!0}};static styles=[f,d`
    :host {
      position: relative; display: grid; gap: 0.75rem; align-content: center; justify-items: start;
      padding: 1rem;
    }
    h2 { font-size: 1.25rem }
  `];constructor(){super(),this.list=null,this.problem=``}render(){return n`
      <h2>${_.studio.missing}</h2>
      <p class="soft">${_.studio.missingHelp}</p>
      <button class="primary" ?disabled=${this.list!==null} @click=${this.#e}>${_.studio.openIt}</button>
      ${this.list?n`<nu-making .list=${this.list}></nu-making>`:i}
      <p class="bad" role="alert">${this.problem}</p>
    `}#e=async()=>{let{thread:e}=this,{client:t,user:n,thread:r}=e.key,i=this.list=new J(e.api,t,n);this.problem=``;try{await i.begin(r,null,{from:`site`}),await e.begin()}catch(e){this.problem=a(e)}finally{i.end(),this.list=null}}};h(`nu-missing`,je);var Me=class extends s{static properties={api:{attribute:!1},session:{attribute:!1}};static styles=[f,d`
      nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; align-items: center; padding: 0.6rem 0.9rem }
      a, button { color: var(--soft); font-size: 0.85rem; text-decoration: none }
      a:hover { text-decoration: underline }
      button { padding: 0; min-block-size: 1.5rem }
    `];render(){return n`
      <nav aria-label=${_.studio.elsewhere}>
        ${this.session.scope===`operator`?n`<a href="/ops">${_.studio.operator}</a>`:i}
        <a href="/docs">${_.studio.apiDocs}</a>
        <button class="quiet" @click=${this.#e}>${_.studio.signOut}</button>
      </nav>
    `}async#e(){try{await this.api.ask(`DELETE /v1/session`,{}),location.assign(`/`)}catch(e){this.tell(a(e),`problem`)}}};h(`nu-links`,Me);var Z=720,Ne=24,Q=`nurseryd.chat-width`;function Pe(){try{let e=Number(localStorage.getItem(Q)??void 0);return e>=280&&e<=Z?e:void 0}catch{return}}var Fe=class extends s{static properties={width:{type:Number}};static styles=[f,d`
      :host { inline-size: 9px; margin-inline: -4px; z-index: 2; cursor: col-resize; touch-action: none }
      div { block-size: 100%; inline-size: 100% }
      div::after {
        content: ''; display: block; inline-size: 1px; block-size: 100%; margin-inline: auto;
        background: var(--line);
      }
      div:is(:hover, :focus-visible, .held)::after { inline-size: 3px; background: var(--accent) }
      div:focus-visible { outline: none }
    `];render(){return n`
      <div role="separator" tabindex="0" aria-orientation="vertical" aria-label=${_.studio.resize}
        aria-valuenow=${this.width} aria-valuemin=${280} aria-valuemax=${Z}
        @pointerdown=${this.#t} @keydown=${this.#n}></div>
    `}get#e(){return getComputedStyle(this).direction===`rtl`?-1:1}#t(e){let t=e.currentTarget,[n,r]=[e.clientX,this.width];t.setPointerCapture(e.pointerId),t.classList.add(`held`);let i=({clientX:e})=>this.#r(r+(e-n)*this.#e);t.addEventListener(`pointermove`,i),t.addEventListener(`lostpointercapture`,()=>{t.removeEventListener(`pointermove`,i),t.classList.remove(`held`)},{once:!0})}#n(e){let t={ArrowLeft:-24,ArrowRight:Ne}[e.key];t!==void 0&&(e.preventDefault(),this.#r(this.width+t*this.#e))}#r(e){let t=Math.round(Math.min(Z,Math.max(280,e)));try{localStorage.setItem(Q,String(t))}catch{}this.send(`nu-width`,{width:t})}};h(`nu-splitter`,Fe);var Ie=[`chat`,`site`,`git`,`publish`],$=800,Le=420,Re={chat:`edit`,site:`screen`,git:`branch`,publish:`publish`},ze=class extends s{static properties={session:{state:!0},why:{state:!0},place:{state:!0},view:{state:!0},thread:{state:!0},listed:{state:!0},problem:{state:!0},title:{state:!0},width:{state:!0}};static styles=[te,f,Ae,d`:host { block-size: 100dvh }`];#e=new ee(new URL(`/`,location.href));#t=()=>this.#s(x(location.pathname));constructor(){super(),this.session=void 0,this.why=t(),this.problem=``,this.place=x(location.pathname),this.view=`site`,this.listed=!1,this.title=``,this.width=Pe()??Le,new c(this,()=>this.thread),this.addEventListener(`nu-open`,e=>{let t=e.detail;b(t)!==location.pathname&&history.pushState(null,``,b(t)),this.#s(t)}),this.addEventListener(`nu-titled`,e=>this.#d(e.detail.title)),this.addEventListener(`nu-lost`,()=>void this.thread?.look()),this.addEventListener(`nu-tell`,e=>this.#p(e.detail)),this.addEventListener(`nu-pick`,e=>{let t=this.#r;t&&(t.selection=e.detail.selection),this.#c(`chat`)}),this.addEventListener(`nu-say`,e=>{this.#r?.say(e.detail.text),this.#c(`chat`)})}connectedCallback(){super.connectedCallback(),window.addEventListener(`popstate`,this.#t),this.#o()}disconnectedCallback(){super.disconnectedCallback(),window.removeEventListener(`popstate`,this.#t),this.thread?.end(),this.thread=void 0}render(){if(this.session===void 0)return n`<p class="wait" role="status">${this.problem||_.studio.connecting}</p>`;if(this.session===null||this.#i){let e=this.session===null?this.why:_.studio.signedOut;return n`<nu-sign-in .why=${e} @nu-signed-in=${this.#o}></nu-sign-in>`}let{thread:e}=this;return n`
      <header>
        <a class="skip" href="#chat" @click=${this.#u}>${_.studio.skip}</a>
        <button class="quiet icon" aria-label=${_.studio.threads} aria-expanded=${this.listed}
          @click=${()=>this.listed=!this.listed}><nu-icon name="menu"></nu-icon></button>
        <h1 class="cut">${e?this.title||this.place.thread:_.studio.title}</h1>
        <span id="connection" class="soft small cut" data-state=${e?.connection.state??``} role="status">${this.#a}</span>
        <span class="grow"></span>
        ${e?this.#n():i}
      </header>
      <main class=${e?``:`alone`} data-view=${this.view}>
        <aside class=${this.listed||!e?`listed`:``} @keydown=${this.#l}>
          <nu-threads .api=${this.#e} .session=${this.session} .client=${this.place.client}
            .user=${this.place.user} .current=${this.place.thread}
            .working=${e?.working??[]}></nu-threads>
          <nu-links .api=${this.#e} .session=${this.session}></nu-links>
        </aside>
        ${e?n`
          <nu-chat eager .thread=${e}
            ?watching=${this.session.access!==`full`}></nu-chat>
          ${e.exists===!1?n`<nu-missing .thread=${e}></nu-missing>`:i}
          <nu-splitter .width=${this.width} @nu-width=${this.#f}></nu-splitter>
          <nu-preview .thread=${e}
            ?watching=${this.session.access!==`full`}></nu-preview>
          <nu-git .thread=${e} .shown=${this.view===`git`}></nu-git>
          <nu-publish .thread=${e} .shown=${this.view===`publish`}></nu-publish>
        `:i}
      </main>
      <nu-toasts></nu-toasts>
    `}#n(){return n`
      <nav aria-label=${_.studio.views}>
        ${Ie.map(e=>n`
          <button class="quiet" data-tab=${e} aria-label=${_.studio[e]} aria-pressed=${this.view===e}
            @click=${()=>this.view=e}>
            <nu-icon name=${Re[e]}></nu-icon><span>${_.studio[e]}</span>
          </button>
        `)}
      </nav>
    `}updated(){this.style.setProperty(`--chat`,`${this.width}px`)}get#r(){return this.renderRoot.querySelector(`nu-chat`)}get#i(){let{thread:e}=this;return e?.connection.state===`refused`&&e.connection.problem.status===401}get#a(){return this.thread&&this.thread.exists!==!1?y(this.thread.connection):``}#o=async()=>{this.session=await e(this.#e,e=>this.problem=e),this.session!==null&&(this.why=``,this.#s(x(location.pathname)))};#s(e){let t=this.session?.first;this.place=e.client?e:{...t?{client:t.clientId,user:t.userId}:{}},this.listed=!1;let n=ne(this.place);n&&this.thread&&Be(n,this.thread.key)?this.thread.begin():(this.thread?.end(),this.thread=n&&new m(this.#e,n),this.thread?.begin(),this.offsetWidth<$&&(this.view=`chat`),this.#d(this.place.thread??``))}#c(e){this.offsetWidth>=$&&e===`chat`||(this.view=e)}#l(e){let t=e.defaultPrevented||e.composedPath().some(e=>e instanceof HTMLDialogElement);e.key===`Escape`&&!t&&this.thread&&(this.listed=!1,this.renderRoot.querySelector(`header button`)?.focus())}#u(e){e.preventDefault(),this.#c(`chat`),this.#r?.focus()}#d(e){this.title=e,document.title=e||_.studio.title}#f(e){this.width=e.detail.width}#p(e){this.renderRoot.querySelector(`nu-toasts`)?.show(e)}};function Be(e,t){return e.client===t.client&&e.user===t.user&&e.thread===t.thread}h(`nu-studio`,ze);