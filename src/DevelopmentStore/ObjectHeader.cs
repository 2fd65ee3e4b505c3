using System.Buffers.Binary;

namespace S3Auth.DevelopmentStore;

/// <summary>
/// The header of an object's file, a block of 8,192 bytes: 8 bytes of magic, the length of the record (Int32, little endian), the SHA-256
/// of the record (32 bytes), the record, zeros. Key, properties and content are in one file, so that one rename replaces the whole object.
/// </summary>
internal static class ObjectHeader
{
    public const int Size = 8192;

    private const int RecordStart = 8 + sizeof(int) + SHA256.HashSizeInBytes;

    private static ReadOnlySpan<byte> Magic => "S3AUTH1\n"u8;

    /// <exception cref="S3Exception">MetadataTooLarge if the record does not fit.</exception>
    public static byte[] Write(StoredObject stored)
    {
        using var record = new MemoryStream();
        using (var writer = new BinaryWriter(record, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(stored.Key);
            writer.Write(stored.Size);
            writer.Write(stored.ETag);
            writer.Write(stored.LastModified.ToUnixTimeSeconds());
            writer.Write(stored.Properties.StorageClass);
            writer.Write(stored.Properties.Headers.Count);
            foreach (var (name, value) in stored.Properties.Headers)
            {
                writer.Write(name);
                writer.Write(value);
            }
        }

        if (record.Length > Size - RecordStart)
        {
            throw S3Error.MetadataTooLarge.With(null, ("MaxSizeAllowed", S3Xml.Number(Size - RecordStart)));
        }

        var block = new byte[Size];
        var content = record.GetBuffer().AsSpan(0, (int)record.Length);
        Magic.CopyTo(block);
        BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(Magic.Length), content.Length);
        SHA256.HashData(content, block.AsSpan(Magic.Length + sizeof(int)));
        content.CopyTo(block.AsSpan(RecordStart));
        return block;
    }

    /// <exception cref="InvalidDataException">The block was not written by <see cref="Write"/>, or is damaged.</exception>
    public static StoredObject Read(byte[] block)
    {
        if (block.Length != Size || !block.AsSpan().StartsWith(Magic))
        {
            throw new InvalidDataException("This is not the header of an object.");
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(block.AsSpan(Magic.Length));
        if (length is < 0 or > Size - RecordStart
            || !SHA256.HashData(block.AsSpan(RecordStart, length))
                .AsSpan()
                .SequenceEqual(block.AsSpan(Magic.Length + sizeof(int), SHA256.HashSizeInBytes)))
        {
            throw new InvalidDataException("The header of an object is damaged.");
        }

        try
        {
            return ReadRecord(block, length);
        }
        catch (Exception damaged) when (damaged is EndOfStreamException or FormatException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException("The header of an object is damaged.", damaged);
        }
    }

    private static StoredObject ReadRecord(byte[] block, int length)
    {
        using var reader = new BinaryReader(new MemoryStream(block, RecordStart, length), Encoding.UTF8);
        var key = reader.ReadString();
        var size = reader.ReadInt64();
        var etag = reader.ReadString();
        var lastModified = DateTimeOffset.FromUnixTimeSeconds(reader.ReadInt64());
        var storageClass = reader.ReadString();

        // Each header takes at least two bytes, so a damaged count cannot cause a large allocation.
        var count = reader.ReadInt32();
        if (count < 0 || count > length / 2)
        {
            throw new FormatException("The count of headers is impossible.");
        }

        var headers = new KeyValuePair<string, string>[count];
        for (var i = 0; i < headers.Length; i++)
        {
            headers[i] = new(reader.ReadString(), reader.ReadString());
        }

        return new StoredObject(key, size, etag, lastModified, new ObjectProperties(storageClass, headers));
    }
}
