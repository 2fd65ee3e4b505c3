using System.Text.Json;

namespace S3Auth.S3;

/// <summary>
/// Where a policy is written before it is signed. Each thread keeps one: a new one for each form would be most of what it allocates.
/// </summary>
internal sealed class PolicyBuffer
{
    // What a policy mostly takes; it grows where a key or a session token wants it to.
    private const int Room = 2048;

    [ThreadStatic]
    private static PolicyBuffer? _ofThisThread;

    private readonly ArrayBufferWriter<byte> _bytes = new(Room);

    private PolicyBuffer() => Json = new Utf8JsonWriter(_bytes, new JsonWriterOptions { Encoder = DayKey.PolicyEncoder });

    /// <summary>Writes into it; what is written is there after a flush.</summary>
    internal Utf8JsonWriter Json { get; }

    internal ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    /// <summary>This thread's, empty. Whatever was written into it before, also by one that failed midway, is gone.</summary>
    internal static PolicyBuffer OfThisThread()
    {
        var buffer = _ofThisThread ??= new PolicyBuffer();
        buffer._bytes.ResetWrittenCount();
        buffer.Json.Reset();
        return buffer;
    }
}
