// Express brings no types of its own; this is the part that the scimmy server uses.
declare module "express" {
  import type { RequestListener } from "node:http";

  type Application = RequestListener & {
    set: (setting: string, value: unknown) => Application;
    use: (path: string, handler: unknown) => Application;
  };
  function express(): Application;
  export = express;
}
