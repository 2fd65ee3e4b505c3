namespace S3Auth.Client.Hashing;

/// <summary>The state of one MD5 computation. Not thread-safe.</summary>
internal sealed class Md5Message
{
    /// <summary>The four words of the state.</summary>
    internal uint[] State { get; } = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];

    /// <summary>Returns the MD5 in lowercase hex.</summary>
    /// <param name="rest">The bytes after the last whole block.</param>
    /// <param name="length">The length of the whole message in bytes.</param>
    internal string Finish(ReadOnlySpan<byte> rest, long length)
    {
        // A one bit, zeros, and the length in bits.
        var end = new byte[rest.Length + 9 <= Md5Lanes.BlockSize ? Md5Lanes.BlockSize : 2 * Md5Lanes.BlockSize];
        rest.CopyTo(end);
        end[rest.Length] = 0x80;
        BinaryPrimitives.WriteInt64LittleEndian(end.AsSpan(end.Length - 8), length * 8);
        Md5Lanes.Compress([State], [end], end.Length);
        return Convert.ToHexStringLower(MemoryMarshal.AsBytes(State.AsSpan()));
    }
}
