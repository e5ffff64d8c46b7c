/** MQTT.js takes payloads as Node's Buffer; in a browser that is this package. */
export { Buffer } from 'buffer/index.js';
