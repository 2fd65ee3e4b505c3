namespace S3Auth.Client.Tests;

public sealed class UploadBatchTests
{
    private static readonly System.Text.Json.JsonSerializerOptions RelaxedJson =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Test]
    public void Batch_has_at_most_a_thousand_files()
    {
        var batch = Filled(999, "a", 1);

        Assert.That(batch.HasRoomFor(FileOf("a", 1), long.MaxValue), Is.True);
        batch.Add(FileOf("a", 1));
        Assert.That(batch.HasRoomFor(FileOf("a", 1), long.MaxValue), Is.False);
    }

    // The server refuses bodies of more than 512 KiB. Some characters need more bytes in JSON.
    [TestCase('a', 400)]
    [TestCase('ß', 400)]
    [TestCase('"', 100)]
    public void Body_of_a_batch_stays_below_the_servers_limit(char character, int length)
    {
        var file = FileOf(new string(character, length), 1);
        var batch = new UploadBatch();
        while (batch.HasRoomFor(file, long.MaxValue))
        {
            batch.Add(file);
        }

        var body = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new GetFileUploadUrlsCommand
        {
            Files = [.. batch.Files.Select(one => new RequestedFile { Path = one.Path, Size = 1L << 32, Sha256 = new string('0', 64) })],
        }, RelaxedJson);
        Assert.That(body, Has.Length.InRange(150_000, 512 * 1024 - 4096));
    }

    [Test]
    public void Batch_takes_a_large_file_only_as_the_first()
    {
        Assert.That(new UploadBatch().HasRoomFor(FileOf("a", 1000), maxContentBytes: 100), Is.True);
        Assert.That(Filled(1, "a", 60).HasRoomFor(FileOf("b", 40), maxContentBytes: 100), Is.True);
        Assert.That(Filled(1, "a", 60).HasRoomFor(FileOf("b", 41), maxContentBytes: 100), Is.False);
    }

    private static UploadBatch Filled(int count, string path, long size)
    {
        var batch = new UploadBatch();
        for (var i = 0; i < count; i++)
        {
            batch.Add(FileOf(path, size));
        }

        return batch;
    }

    private static FileToUpload FileOf(string path, long size) => new()
    {
        Path = path, Size = size, OpenAsync = _ => throw new InvalidOperationException("It is not sent."),
    };
}
