using System.Buffers.Binary;
using System.Security.Cryptography;
using S3Auth.DevelopmentStore;

namespace S3Auth.DevelopmentStore.Tests;

/// <summary>A file that somebody made is skipped like a damaged one: it neither stops the store nor makes it allocate.</summary>
public sealed class ObjectHeaderTests
{
    private const int LengthAt = 8;
    private const int HashAt = LengthAt + sizeof(int);
    private const int RecordAt = HashAt + SHA256.HashSizeInBytes;

    private static readonly StoredObject Stored = new("key", 5, "etag", DateTimeOffset.UnixEpoch, new ObjectProperties("STANDARD", []));

    [Test]
    public void Header_is_read_as_it_was_written() =>
        Assert.That(ObjectHeader.Read(ObjectHeader.Write(Stored)).Key, Is.EqualTo("key"));

    [TestCase(-1)]
    [TestCase(int.MaxValue)]
    [TestCase(1)]
    [TestCase(10_000)]
    public void Impossible_count_of_headers_is_damage(int count) =>
        AssertDamaged(record => BinaryPrimitives.WriteInt32LittleEndian(record[^sizeof(int)..], count));

    [Test]
    public void Moment_beyond_time_is_damage() =>
        AssertDamaged(record => BinaryPrimitives.WriteInt64LittleEndian(record[(4 + sizeof(long) + 5)..], 1L << 62));

    [Test]
    public void Length_of_a_text_that_never_ends_is_damage() => AssertDamaged(record => record[..9].Fill(0xFF));

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
