// What the programs use of Azure.AI.Inference, Azure.Core, Azure.Identity and System.Text.Json, for a compiler that has
// none of them. Names, parameters and types are those of the packages' public surface (Azure.AI.Inference 1.0.0-beta.5).
using System;
using System.Collections.Generic;

namespace System
{
    public class BinaryData { public static BinaryData FromString(string data) { return null; } }
}

namespace System.Text.Json
{
    public struct JsonElement
    {
        public JsonElement GetProperty(string name) { return default(JsonElement); }
        public string GetString() { return null; }
    }
    public sealed class JsonDocument : IDisposable
    {
        public JsonElement RootElement { get { return default(JsonElement); } }
        public static JsonDocument Parse(string json) { return null; }
        public void Dispose() { }
    }
    public static class JsonSerializer { public static string Serialize<T>(T value) { return null; } }
}

namespace Azure
{
    public class AzureKeyCredential { public AzureKeyCredential(string key) { } }
    public abstract class Response<T> { public abstract T Value { get; } }
    public class RequestFailedException : Exception { public string ErrorCode { get { return null; } } public int Status { get { return 0; } } }
}

namespace Azure.Core
{
    public abstract class TokenCredential { }
    public enum HttpPipelinePosition { PerCall, PerRetry, BeforeTransport }
    public abstract class ClientOptions
    {
        public void AddPolicy(Pipeline.HttpPipelinePolicy policy, HttpPipelinePosition position) { }
    }
}

namespace Azure.Core.Pipeline
{
    public abstract class HttpPipelinePolicy { }
    public class BearerTokenAuthenticationPolicy : HttpPipelinePolicy
    {
        public BearerTokenAuthenticationPolicy(TokenCredential credential, string scope) { }
        public BearerTokenAuthenticationPolicy(TokenCredential credential, IEnumerable<string> scopes) { }
    }
}

namespace Azure.Identity
{
    public class DefaultAzureCredential : Azure.Core.TokenCredential { }
}

namespace Azure.AI.Inference
{
    public class AzureAIInferenceClientOptions : Azure.Core.ClientOptions { }
    public class ChatCompletionsClient
    {
        public ChatCompletionsClient(Uri endpoint, AzureKeyCredential credential) { }
        public ChatCompletionsClient(Uri endpoint, AzureKeyCredential credential, AzureAIInferenceClientOptions options) { }
        public ChatCompletionsClient(Uri endpoint, Azure.Core.TokenCredential credential) { }
        public ChatCompletionsClient(Uri endpoint, Azure.Core.TokenCredential credential, AzureAIInferenceClientOptions options) { }
        public virtual Response<ChatCompletions> Complete(ChatCompletionsOptions options) { return null; }
        public virtual Response<ModelInfo> GetModelInfo() { return null; }
    }
    public class ModelInfo
    {
        public string ModelName { get { return null; } }
        public string ModelType { get { return null; } }
        public string ModelProviderName { get { return null; } }
    }
    public class ChatCompletions
    {
        public string Content { get { return null; } }
        public CompletionsFinishReason? FinishReason { get { return null; } }
        public string Model { get { return null; } }
        public IReadOnlyList<ChatCompletionsToolCall> ToolCalls { get { return null; } }
        public CompletionsUsage Usage { get { return null; } }
    }
    public class CompletionsUsage
    {
        public int CompletionTokens { get { return 0; } }
        public int PromptTokens { get { return 0; } }
        public int TotalTokens { get { return 0; } }
    }
    public struct CompletionsFinishReason
    {
        public static CompletionsFinishReason Stopped { get { return default(CompletionsFinishReason); } }
        public static CompletionsFinishReason ContentFiltered { get { return default(CompletionsFinishReason); } }
        public static bool operator ==(CompletionsFinishReason left, CompletionsFinishReason right) { return true; }
        public static bool operator !=(CompletionsFinishReason left, CompletionsFinishReason right) { return false; }
        public override bool Equals(object other) { return false; }
        public override int GetHashCode() { return 0; }
    }
    public class ChatCompletionsOptions
    {
        public string Model { get; set; }
        public IList<ChatRequestMessage> Messages { get; set; }
        public IList<ChatCompletionsToolDefinition> Tools { get { return null; } }
        public ChatCompletionsResponseFormat ResponseFormat { get; set; }
    }
    public abstract class ChatCompletionsResponseFormat
    {
        public static ChatCompletionsResponseFormat CreateJsonFormat() { return null; }
    }
    public class FunctionDefinition
    {
        public FunctionDefinition(string name) { }
        public string Description { get; set; }
        public BinaryData Parameters { get; set; }
    }
    public class ChatCompletionsToolDefinition { public ChatCompletionsToolDefinition(FunctionDefinition function) { } }
    public class ChatCompletionsToolCall
    {
        public string Arguments { get; set; }
        public string Id { get; set; }
        public string Name { get; set; }
    }
    public abstract class ChatRequestMessage { }
    public class ChatRequestSystemMessage : ChatRequestMessage { public ChatRequestSystemMessage(string content) { } }
    public class ChatRequestUserMessage : ChatRequestMessage
    {
        public ChatRequestUserMessage(string content) { }
        public ChatRequestUserMessage(params ChatMessageContentItem[] content) { }
    }
    public class ChatRequestAssistantMessage : ChatRequestMessage
    {
        public ChatRequestAssistantMessage(ChatCompletions chatCompletions) { }
        public ChatRequestAssistantMessage(IEnumerable<ChatCompletionsToolCall> toolCalls, string content = null) { }
        public ChatRequestAssistantMessage(string content) { }
    }
    public class ChatRequestToolMessage : ChatRequestMessage
    {
        public ChatRequestToolMessage(string content, string toolCallId) { }
    }
    public abstract class ChatMessageContentItem { }
    public class ChatMessageTextContentItem : ChatMessageContentItem { public ChatMessageTextContentItem(string text) { } }
    public class ChatMessageImageContentItem : ChatMessageContentItem
    {
        public ChatMessageImageContentItem(string imageFilePath, string mimeType) { }
        public ChatMessageImageContentItem(Uri imageUri) { }
    }
}
