namespace S3Auth.Client.Tests;

public sealed class RangeHashesTests
{
    private static readonly byte[] Content = Bytes(1_000_000);

    // RFC 1321, A.5.
    [TestCase("", "d41d8cd98f00b204e9800998ecf8427e")]
    [TestCase("a", "0cc175b9c0f1b6a831c399e269772661")]
    [TestCase("message digest", "f96b697d7cb7938d525a2f31aaf161d0")]
    [TestCase(
        "12345678901234567890123456789012345678901234567890123456789012345678901234567890", "57edf4a22be3c955ac49da2e2107b67a")]
    public async Task Text_has_the_md5_of_the_specification(string text, string expected)
    {
        var file = FileOf(Encoding.ASCII.GetBytes(text));

        Assert.That(await RangeHashes.ComputeAsync(file, [FileRange.Whole(file)], CancellationToken.None), Is.EqualTo([expected]));
    }

    [Test]
    public async Task Every_length_around_a_block_has_its_padding()
    {
        for (var length = 0; length <= 200; length++)
        {
            Assert.That(
                await RangeHashes.ComputeAsync(FileOf(Content), [new FileRange(7, length)], CancellationToken.None),
                Is.EqualTo([UploadServer.Md5Of(Content.AsSpan(7, length))]),
                $"{length} bytes");
        }
    }

    [Test]
    public async Task Eight_ranges_of_different_lengths_do_not_mix()
    {
        FileRange[] ranges =
        [
            new(0, 100_000), new(100_000, 100_000), new(5, 0), new(1, 63), new(64, 64), new(0, 1_000_000), new(999_999, 1), new(3, 65_537),
        ];

        Assert.That(
            await RangeHashes.ComputeAsync(FileOf(Content), ranges, CancellationToken.None),
            Is.EqualTo(ranges.Select(range => UploadServer.Md5Of(Content.AsSpan((int)range.Start, (int)range.Length)))));
    }

    [Test]
    public void File_that_became_shorter_has_changed() => Assert.That(
        () => RangeHashes.ComputeAsync(FileOf(Content), [new FileRange(0, 100), new FileRange(999_999, 2)], CancellationToken.None),
        Throws.TypeOf<ChangedContentException>());

    private static FileToUpload FileOf(byte[] content) => new()
    {
        Path = "a.bin", Size = content.Length, OpenAsync = _ => ValueTask.FromResult<Stream>(new MemoryStream(content, writable: false)),
    };

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }
}
