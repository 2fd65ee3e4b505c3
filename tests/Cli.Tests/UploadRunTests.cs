using System.Globalization;

namespace S3Auth.Cli.Tests;

/// <summary>Uploads into a bucket that encrypts with KMS, where an ETag looks like an MD5 but is not one.</summary>
public sealed class UploadRunTests
{
    // After the test's file, also if midnight passes.
    private static readonly DateTimeOffset Stored = new(DateTime.UtcNow.Date.AddDays(2), TimeSpan.Zero);

    private LocalServer _server = null!;
    private DirectoryInfo _folder = null!;
    private string? _encryption;

    private string File => Path.Combine(_folder.FullName, "a.bin");

    [SetUp]
    public void SetUp()
    {
        (_server, _folder, _encryption) = (new LocalServer(), Directory.CreateTempSubdirectory("s3auth-upload-"), "aws:kms");
        System.IO.File.WriteAllBytes(File, new byte[2000]);
        _server.Answer = context => context.Request.Url!.AbsolutePath switch
        {
            "/structure-info" => LocalServer.WriteJsonAsync(context, new Structure
            {
                Min_bytes = 1024,
                Max_bytes = 1 << 30,
                Sources = ["x"],
                Upload_method = "POST",
                Folder_structure = "f/",
                Example_paths = [],
            }),
            "/get-folder-access" => LocalServer.WriteJsonAsync(context, new FolderAccess
            {
                Folder = "f/",
                Url = _server.Address + "post",
                List_url = "",
                Expiry_seconds = 3600,
                Fields = new Dictionary<string, string>(StringComparer.Ordinal),
            }),
            "/list-my-files" => LocalServer.WriteJsonAsync(context, new FileList
            {
                Files = [new ListedFile
                {
                    Key = "f/a.bin",
                    Size = 2000,
                    Etag = new string('a', 32),
                    Last_modified = Stored,
                    Download_url = _server.Address + "a",
                }],
                Expires_in_seconds = 3600,
            }),
            _ => AnswerAsStoreAsync(context),
        };
    }

    [TearDown]
    public async Task TearDown()
    {
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Test]
    public async Task Unchanged_file_is_not_uploaded_again()
    {
        Assert.That(await RunAsync(), Is.EqualTo(ExitCode.Done));
        Assert.That(_server.Asked, Has.None.EqualTo("POST /post"));
    }

    [Test]
    public async Task Changed_file_of_the_same_size_is_uploaded()
    {
        System.IO.File.SetLastWriteTimeUtc(File, Stored.UtcDateTime.AddMinutes(5));

        Assert.That(await RunAsync(), Is.EqualTo(ExitCode.Done));
        Assert.That(_server.Asked, Has.One.EqualTo("POST /post"));
    }

    // Without KMS the ETag is an MD5, so the time does not matter.
    [TestCase("AES256")]
    [TestCase(null)]
    public async Task File_with_another_md5_is_uploaded(string? encryption)
    {
        _encryption = encryption;

        Assert.That(await RunAsync(), Is.EqualTo(ExitCode.Done));
        Assert.That(_server.Asked, Has.One.EqualTo("POST /post"));
    }

    // 68 years are the most that an answer can name.
    [Test]
    public async Task Watch_goes_on_after_any_retry_after()
    {
        var refused = new TaskCompletionSource();
        var answer = _server.Answer;
        _server.Answer = async context =>
        {
            if (context.Request.Url!.AbsolutePath != "/get-folder-access")
            {
                await answer(context);
                return;
            }

            context.Response.Headers["Retry-After"] = "2147483647";
            context.Response.ContentType = "application/problem+json";
            await LocalServer.WriteAsync(context, """{"code":"quota_exceeded","detail":"No."}"""u8.ToArray(), 429);
            refused.TrySetResult();
        };
        using var stop = new CancellationTokenSource();
        var run = RunAsync(TimeSpan.FromMilliseconds(20), stop.Token);
        await refused.Task.WaitAsync(TimeSpan.FromSeconds(30));

        await Task.WhenAny(run, Task.Delay(500));

        Assert.That(run.IsCompleted, Is.False);
        await stop.CancelAsync();
        Assert.That(await run, Is.EqualTo(ExitCode.Interrupted));
    }

    private async Task AnswerAsStoreAsync(HttpListenerContext context)
    {
        if (_encryption is not null)
        {
            context.Response.Headers["x-amz-server-side-encryption"] = _encryption;
        }

        context.Response.Headers["Last-Modified"] = Stored.ToString("R", CultureInfo.InvariantCulture);
        await LocalServer.WriteAsync(
            context, context.Request.HttpMethod == "GET" ? [0] : [], context.Request.HttpMethod == "GET" ? 206 : 201);
    }

    private async Task<ExitCode> RunAsync(TimeSpan? watch = null, CancellationToken cancellationToken = default)
    {
        using var coldkey = KeyPair.FromUri("//Bob//cold");
        using var session = new Session(
            new Report(json: false, quiet: true), _server.Address, () => new Wallet(KeyPair.FromUri("//Bob"), coldkey.AccountId));
        var plan = new UploadPlan { Paths = [_folder.FullName], Settings = new UploadSettings { Parallel = 1 }, WatchPeriod = watch };
        return await new UploadRun(session, plan).RunAsync(cancellationToken);
    }
}
