using StreamJsonRpc;
using StreamJsonRpc.Protocol;

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// Reads what a node sends, and refuses what is no answer. JSON-RPC goes both ways, but a node has nothing to ask here: what it
/// asked would be queued, answered and logged without end. An answer is a few members and one long text; anything with more to it
/// would cost many times its size in memory.
/// </summary>
internal sealed class AnswerFormatter : SystemTextJsonFormatter, IJsonRpcMessageFormatter
{
    /// <summary>The most JSON tokens in an answer. A block's header, with its logs, has some dozens.</summary>
    private const int MostTokens = 1000;

    /// <exception cref="JsonException">It is no answer.</exception>
    JsonRpcMessage IJsonRpcMessageFormatter.Deserialize(ReadOnlySequence<byte> contentBuffer)
    {
        var reader = new Utf8JsonReader(contentBuffer);
        for (var tokens = 0; reader.Read(); tokens++)
        {
            if (tokens == MostTokens)
            {
                throw new JsonException($"It has more than {MostTokens} tokens.");
            }
        }

        return Deserialize(contentBuffer) is var message and not JsonRpcRequest
            ? message
            : throw new JsonException("It is a request.");
    }
}
