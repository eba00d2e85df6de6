/**
 * The browser scripts of Snap, in the language every browser speaks. The shop loads `/snap/snap.js` from here in place of Midtrans's; `window.snap` has the same functions and calls the same
 * callbacks. The page in the frame and the shop's page talk by messages.
 */
export const SNAP_SCRIPT = `(function () {
  var script = document.currentScript
  var origin = new URL(script ? script.src : location.href).origin
  var frame = null
  var overlay = null
  var options = {}

  function open(parent, address) {
    frame = document.createElement('iframe')
    frame.title = 'Snap'
    frame.name = 'snap-midtrans'
    frame.id = 'snap-midtrans'
    frame.src = address
    frame.style.cssText = 'border:0;width:100%;height:100%;background:#fff'
    parent.appendChild(frame)
  }

  function show() {
    if (overlay) return
    overlay = document.createElement('div')
    overlay.style.cssText = 'position:fixed;inset:0;z-index:2147483000;background:rgba(0,0,0,.5);display:flex;align-items:center;justify-content:center'
    var box = document.createElement('div')
    box.style.cssText = 'width:min(30rem,100%);height:min(44rem,100%);background:#fff;overflow:hidden'
    overlay.appendChild(box)
    document.body.appendChild(overlay)
  }

  function hide() {
    if (frame && frame.parentNode) frame.parentNode.removeChild(frame)
    if (overlay && overlay.parentNode) overlay.parentNode.removeChild(overlay)
    frame = null
    overlay = null
  }

  function addressOf(token) {
    if (typeof token !== 'string' || token === '') throw new Error('snap.pay: a Snap token is needed')
    var language = options.language === 'en' ? 'en' : 'id'
    return origin + '/snap/v3/redirection/' + encodeURIComponent(token) + '?popup=1&lang=' + language
  }

  // Without a callback for it, Snap goes to the finish address itself.
  function tell(name, result) {
    hide()
    if (typeof options[name] === 'function') options[name](result)
    else if (name !== 'onClose' && result && result.finish_redirect_url) location.href = result.finish_redirect_url
  }

  window.addEventListener('message', function (event) {
    if (!frame || event.source !== frame.contentWindow || event.origin !== origin) return
    var said = event.data && event.data.snap
    if (said === 'success') tell('onSuccess', event.data.result)
    else if (said === 'pending') tell('onPending', event.data.result)
    else if (said === 'error') tell('onError', event.data.result)
    else if (said === 'close') tell('onClose')
  })

  window.snap = {
    pay: function (token, given) {
      options = given || {}
      hide()
      show()
      open(overlay.firstChild, addressOf(token))
    },
    embed: function (token, given) {
      options = given || {}
      hide()
      var place = document.getElementById(options.embedId)
      if (!place) throw new Error('snap.embed: embedId names no element')
      open(place, addressOf(token))
    },
    show: show,
    hide: hide,
  }
})()
`

/** In the frame: tells the shop's page what came of it. A success at once, the rest when the customer closes. */
export const POPUP_SCRIPT = `(function () {
  var said = JSON.parse(document.body.dataset.result || '{"event":"open"}')
  var event = said.event
  delete said.event
  function tell(what) { window.parent.postMessage({ snap: what, result: said }, '*') }
  if (event === 'success' || event === 'error' || event === '3ds') tell(event)
  var close = document.getElementById('close')
  if (close) close.addEventListener('click', function () {
    tell(event === 'pending' || event === 'success' ? event : event === 'denied' ? 'error' : 'close')
  })
})()
`

/** The card script: `MidtransNew3ds`, as merchants' card forms call it. The number goes to the token endpoint and nowhere else. */
export const TOKENISER_SCRIPT = `(function () {
  var script = document.currentScript
  var origin = new URL(script ? script.src : location.href).origin
  var key = script && script.getAttribute('data-client-key')

  function ask(path, card, options) {
    var query = new URLSearchParams(Object.assign({ client_key: key || '' }, card))
    fetch(origin + path + '?' + query.toString())
      .then(function (answer) { return answer.json() })
      .then(function (answer) {
        var isGood = answer.status_code === '200'
        var tell = isGood ? options.onSuccess : options.onFailure
        if (tell) tell(answer)
      })
      .catch(function (error) {
        if (options.onFailure) options.onFailure({ status_code: '500', status_message: String(error) })
      })
  }

  window.MidtransNew3ds = {
    getCardToken: function (card, options) { ask('/v2/token', card, options || {}) },
    cardRegister: function (card, options) { ask('/v2/card/register', card, options || {}) },
    authenticate: function (address, given) {
      var options = given || {}
      function listen(event) {
        if (event.origin !== new URL(address).origin || !event.data || event.data.snap !== '3ds') return
        window.removeEventListener('message', listen)
        var result = event.data.result
        var tell = result.status_code === '200' ? options.onSuccess : options.onFailure
        if (tell) tell(result)
      }
      window.addEventListener('message', listen)
      var shown = new URL(address)
      shown.searchParams.set('popup', '1')
      if (options.performAuthentication) options.performAuthentication(shown.href)
    },
    redirect: function (address, given) {
      var shown = new URL(address)
      if (given && given.callbackUrl) shown.searchParams.set('callback_url', given.callbackUrl)
      location.href = shown.href
    },
  }
})()
`
