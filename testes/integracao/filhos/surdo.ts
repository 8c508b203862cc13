// A child that says it is ready and then hears nothing: no message, no signal, no closed channel.
for (const sinal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(sinal, () => {})
setInterval(() => {}, 1_000)
process.send?.({ tipo: 'pronto', info: {} }, undefined, undefined, () => {})
