namespace S3Auth.Client.Tests;

public sealed class UploadTests
{
    private static readonly Structure Deployment = new()
    {
        Min_bytes = 1024, Max_bytes = 5000, Sources = ["x", "reddit"], Upload_method = "POST", Folder_layout = "coldkey",
    };

    private static readonly byte[] Content = [.. Enumerable.Range(0, 300_000).Select(number => (byte)(number * 7))];

    [Test]
    public async Task Content_has_head_file_and_tail_with_the_stated_length()
    {
        using var content = Of(Content, Content.Length);

        var body = await content.ReadAsByteArrayAsync();

        Assert.Multiple(() =>
        {
            Assert.That(body, Is.EqualTo(new byte[] { 1, 2 }.Concat(Content).Concat(new byte[] { 3 })));
            Assert.That(content.Headers.ContentLength, Is.EqualTo(body.Length));
            Assert.That(content.Md5, Is.EqualTo("e683a3b85f35a9b868318e60beea11e5"));
        });
    }

    [TestCase(-1, "grew")]
    [TestCase(1, "shorter")]
    public async Task Upload_of_another_size_ends_before_the_last_block(int difference, string reason)
    {
        using var content = Of(Content, Content.Length + difference);
        using var sent = new MemoryStream();

        Assert.That(() => content.CopyToAsync(sent), Throws.InstanceOf<Exception>());

        await Task.CompletedTask;
        Assert.That(content.Failure, Is.TypeOf<ChangedContentException>().With.Message.Contains(reason));
        Assert.That(sent.Length, Is.LessThan(Content.Length));
    }

    [Test]
    public async Task Upload_with_another_hash_ends_before_the_last_block()
    {
        using var content = Of(Content, Content.Length, ExpectedContent.Sha256(new string('0', 64)));
        using var sent = new MemoryStream();

        Assert.That(() => content.CopyToAsync(sent), Throws.InstanceOf<Exception>());

        await Task.CompletedTask;
        Assert.That(content.Failure, Is.TypeOf<ChangedContentException>().With.Message.Contains("SHA256"));
        Assert.That(sent.Length, Is.LessThan(Content.Length));
    }

    [Test]
    public async Task Upload_with_the_expected_hash_is_sent()
    {
        // printf 'hello\n' | git hash-object --stdin
        var hello = Encoding.ASCII.GetBytes("hello\n");
        using var content = Of(hello, hello.Length, ExpectedContent.GitBlob("ce013625030ba8dba906f756967f9e9ca394464a", hello.Length));

        Assert.That(await content.ReadAsByteArrayAsync(), Has.Length.EqualTo(hello.Length + 3));
    }

    [Test]
    public void Form_has_the_fields_with_the_key_and_then_the_file()
    {
        var form = UploadForm.Of([new("key", "data/x/5A/${filename}"), new("policy", "abc")], "data/x/5A/größe.bin");
        var head = Encoding.UTF8.GetString(form.Head);

        Assert.Multiple(() =>
        {
            Assert.That(head, Does.Contain("name=\"key\"\r\n\r\ndata/x/5A/größe.bin\r\n").And.Contain("name=\"policy\"\r\n\r\nabc\r\n"));
            Assert.That(head.LastIndexOf("; name=\"", StringComparison.Ordinal), Is.EqualTo(
                head.IndexOf("; name=\"file\"", StringComparison.Ordinal)));
            Assert.That(head, Does.Not.Contain("${filename}"));
        });
    }

    [Test]
    public void Form_refuses_field_names_with_control_characters() =>
        Assert.That(() => UploadForm.Of([new("a\"\r\nb", "c")], "key"), Throws.TypeOf<FormatException>());

    [TestCase("a.bin", 1024L, null, null)]
    [TestCase("a/b/c.bin", 5000L, "job-1", "reddit")]
    public void Acceptable_files_are_accepted(string path, long size, string? job, string? source) =>
        Assert.That(
            () => UploadRules.RefuseUnacceptable(File(path, size, job, source), Deployment, new FileUploaderOptions()), Throws.Nothing);

    [TestCase("a.bin", 1023L, null, null, "1023 bytes")]
    [TestCase("a.bin", 5001L, null, null, "5001 bytes")]
    [TestCase("", 2000L, null, null, "segment")]
    [TestCase("../a.bin", 2000L, null, null, "segment")]
    [TestCase("a//b", 2000L, null, null, "segment")]
    [TestCase("/a", 2000L, null, null, "segment")]
    [TestCase("a\u0001", 2000L, null, null, "control")]
    [TestCase("a${filename}", 2000L, null, null, "${filename}")]
    [TestCase("a%half", 2000L, null, null, "Unicode")]
    [TestCase("a", 2000L, "job/1", null, "job id")]
    [TestCase("a", 2000L, "", null, "job id")]
    [TestCase("a", 2000L, null, "y", "x, reddit")]
    public void Unacceptable_files_are_refused_with_the_reason(string path, long size, string? job, string? source, string reason) =>
        Assert.That(
            // Half of a surrogate pair, which an attribute cannot contain.
            () => UploadRules.RefuseUnacceptable(
                File(path.Replace("%half", "\uD800", StringComparison.Ordinal), size, job, source),
                Deployment,
                new FileUploaderOptions()),
            Throws.TypeOf<UnacceptableFileException>().With.Message.Contains(reason));

    [TestCase(true)]
    [TestCase(false)]
    public void File_above_5_gib_needs_parts(bool hasParts)
    {
        var structure = new Structure
        {
            Max_bytes = 10L << 30, Sources = [], Upload_method = "POST", Supports_multipart_uploads = hasParts,
        };

        Assert.That(
            () => UploadRules.RefuseUnacceptable(File("a.bin", (5L << 30) + 1, null, null), structure, new FileUploaderOptions()),
            hasParts ? Throws.Nothing : Throws.TypeOf<UnacceptableFileException>().With.Message.Contains("one request"));
    }

    private static FileToUpload File(string path, long size, string? job, string? source) => new()
    {
        Path = path, Size = size, JobId = job, Source = source, OpenAsync = _ => throw new InvalidOperationException("It is not sent."),
    };

    private static UploadContent Of(byte[] content, long size, ExpectedContent? expected = null) => new(
        new FileToUpload { Path = "a.bin", Size = size, Expected = expected, OpenAsync = _ => ValueTask.FromResult<Stream>(
            new MemoryStream(content)) },
        new FileRange(0, size),
        new StallTimer(TimeSpan.FromMinutes(1), TimeProvider.System, CancellationToken.None))
    {
        Head = [1, 2], Tail = [3],
    };
}
