/** The bundler packs such a file: brotli, written as base64. */
declare module '*.wasm' {
  const packed: string;
  export default packed;
}
