using System.Text.Json;

namespace S3Auth.S3;

/// <summary>
/// A reusable buffer for a policy, one per thread. A new buffer for each form would be most of the allocations of a form.
/// </summary>
internal sealed class PolicyBuffer
{
    // Enough for most policies. It grows for long keys or session tokens.
    private const int Room = 2048;

    [ThreadStatic]
    private static PolicyBuffer? _ofThisThread;

    private readonly ArrayBufferWriter<byte> _bytes = new(Room);

    private PolicyBuffer() => Json = new Utf8JsonWriter(_bytes, new JsonWriterOptions { Encoder = DayKey.PolicyEncoder });

    /// <summary>The writer to the buffer. Flush it before reading <see cref="Written"/>.</summary>
    internal Utf8JsonWriter Json { get; }

    internal ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    /// <summary>Returns the buffer of this thread and clears it.</summary>
    internal static PolicyBuffer OfThisThread()
    {
        var buffer = _ofThisThread ??= new PolicyBuffer();
        buffer._bytes.ResetWrittenCount();
        buffer.Json.Reset();
        return buffer;
    }
}
