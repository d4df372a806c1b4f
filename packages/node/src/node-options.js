export {};
//# sourceMappingURL=node-options.js.map