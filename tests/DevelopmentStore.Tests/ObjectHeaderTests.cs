using System.Buffers.Binary;
using System.Security.Cryptography;
using S3Auth.DevelopmentStore;

namespace S3Auth.DevelopmentStore.Tests;

/// <summary>A forged file is skipped like a damaged one. It neither stops the store nor causes large allocations.</summary>
public sealed class ObjectHeaderTests
{
    private const int LengthAt = 8;
    private const int HashAt = LengthAt + sizeof(int);
    private const int RecordAt = HashAt + SHA256.HashSizeInBytes;

    private static readonly StoredObject Stored = new("key", 5, "etag", DateTimeOffset.UnixEpoch, new ObjectProperties("STANDARD", []));

    [Test]
    public void Read_returns_what_Write_wrote() =>
        Assert.That(ObjectHeader.Read(ObjectHeader.Write(Stored)).Key, Is.EqualTo("key"));

    [TestCase(-1)]
    [TestCase(int.MaxValue)]
    [TestCase(1)]
    [TestCase(10_000)]
    public void Impossible_count_of_headers_is_refused(int count) =>
        AssertDamaged(record => BinaryPrimitives.WriteInt32LittleEndian(record[^sizeof(int)..], count));

    [Test]
    public void Time_out_of_range_is_refused() =>
        AssertDamaged(record => BinaryPrimitives.WriteInt64LittleEndian(record[(4 + sizeof(long) + 5)..], 1L << 62));

    [Test]
    public void Unterminated_length_of_a_text_is_refused() => AssertDamaged(record => record[..9].Fill(0xFF));

    private static void AssertDamaged(Damage damage)
    {
        var block = ObjectHeader.Write(Stored);
        var record = block.AsSpan(RecordAt, BinaryPrimitives.ReadInt32LittleEndian(block.AsSpan(LengthAt)));
        damage(record);
        SHA256.HashData(record, block.AsSpan(HashAt));

        Assert.That(() => ObjectHeader.Read(block), Throws.InstanceOf<InvalidDataException>());
    }

    private delegate void Damage(Span<byte> record);
}
