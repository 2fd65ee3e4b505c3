using StreamJsonRpc;
using StreamJsonRpc.Protocol;

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// Reads a node's messages and refuses all that are not answers. JSON-RPC is bidirectional, but a node has no reason to call the server,
/// and its calls would be queued and answered without limit. Also refuses messages of many tokens, because these need a multiple of their
/// size in memory. A real answer has few members and one long string.
/// </summary>
internal sealed class AnswerFormatter : SystemTextJsonFormatter, IJsonRpcMessageFormatter
{
    /// <summary>The maximum number of JSON tokens in an answer. A block header with its logs has some dozens.</summary>
    private const int MaxTokens = 1000;

    /// <exception cref="JsonException">The message is not an answer.</exception>
    JsonRpcMessage IJsonRpcMessageFormatter.Deserialize(ReadOnlySequence<byte> contentBuffer)
    {
        var reader = new Utf8JsonReader(contentBuffer);
        for (var tokens = 0; reader.Read(); tokens++)
        {
            if (tokens == MaxTokens)
            {
                throw new JsonException($"It has more than {MaxTokens} tokens.");
            }
        }

        return Deserialize(contentBuffer) is var message and not JsonRpcRequest
            ? message
            : throw new JsonException("It is a request.");
    }
}
