#!/usr/bin/env node
import { runEmbedCommand } from "./command.ts";

process.exitCode = await runEmbedCommand(process.argv.slice(2), process.env);
