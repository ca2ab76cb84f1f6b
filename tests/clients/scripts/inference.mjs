// @azure-rest/ai-inference on Node, the way its own README uses it, against an endpoint that was just deployed.
import { createSseStream } from "@azure/core-sse";
import process from "node:process";

const [endpoint, key, foundry, foundryKey, model] = process.argv.slice(2);
const { default: ModelClient, isUnexpected } = await import("@azure-rest/ai-inference");
const { AzureKeyCredential } = await import("@azure/core-auth");
const messages = [{ role: "user", content: "How many languages are in the world?" }];
const tell = (step, told) => console.log(JSON.stringify({ step, told }));

async function chat(client, body) {
  const response = await client.path("/chat/completions").post({ body });
  if (isUnexpected(response)) return { status: response.status, error: response.body };
  return { status: response.status, content: response.body.choices[0].message.content };
}

async function stream(client, body) {
  const response = await client
    .path("/chat/completions")
    .post({ body: { ...body, stream: true } })
    .asNodeStream();
  let content = "";
  for await (const event of createSseStream(response.body)) {
    if (event.data === "[DONE]") return { content, done: true };
    for (const choice of JSON.parse(event.data).choices) content += choice.delta?.content ?? "";
  }
  return { content, done: false };
}

const serverless = ModelClient(endpoint, new AzureKeyCredential(key));
const info = await serverless.path("/info").get();
tell("info", info.body.model_name);
tell("chat", await chat(serverless, { messages }));
tell("stream", await stream(serverless, { messages }));
tell("wrong key", await chat(ModelClient(endpoint, new AzureKeyCredential("wrong")), { messages }));
const resource = ModelClient(`${foundry}/models`, new AzureKeyCredential(foundryKey));
tell("foundry", await chat(resource, { model, messages }));
