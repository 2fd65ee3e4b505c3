using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace S3Auth.Cli.Tests;

/// <summary>Which credentials <c>s3auth</c> requests, what it says about refusals, and what <c>s3auth configure aws</c> writes.</summary>
public sealed class SessionRequesterTests
{
    private const string Secret = "se/cr+et";

    private readonly List<string> _notes = [];
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);
    private LocalServer _server = null!;
    private DirectoryInfo _folder = null!;
    private HotkeyStatus _hotkey = null!;
    private SessionCredentials _answer = null!;
    private (int Status, string Code)? _refusal;

    private string ConfigFile => Path.Combine(_folder.FullName, "config");

    [SetUp]
    public void SetUp()
    {
        _notes.Clear();
        _variables.Clear();
        _refusal = null;
        _hotkey = Hotkey(isValidator: false, mayUpload: true, mayRead: false);
        _answer = AwsConfigFileTests.Answer();
        (_server, _folder) = (new LocalServer(), Directory.CreateTempSubdirectory("s3auth-sessions-"));
        _variables["AWS_CONFIG_FILE"] = ConfigFile;
        _variables["AWS_SHARED_CREDENTIALS_FILE"] = Path.Combine(_folder.FullName, "credentials");
        _server.Answer = context => (_refusal, context.Request.Url!.AbsolutePath) switch
        {
            ({ } refusal, _) => RefuseAsync(context, refusal.Status, refusal.Code),
            (_, "/get-session-credentials") => LocalServer.WriteJsonAsync(context, _answer),
            _ => LocalServer.WriteJsonAsync(context, _hotkey),
        };
    }

    [TearDown]
    public async Task TearDown()
    {
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [TestCase(true, true, true, "validator")]
    [TestCase(false, true, false, "miner")]
    [TestCase(false, false, true, "validator")]
    [TestCase(false, true, true, "miner")]
    [TestCase(true, true, false, "miner")]
    [TestCase(false, false, false, "miner")]
    public async Task Role_is_the_one_that_fits_the_hotkey(bool isValidator, bool mayUpload, bool mayRead, string role)
    {
        _hotkey = Hotkey(isValidator, mayUpload, mayRead);

        var issued = await SendAsync(new SessionParameters());

        Assert.That((issued.Role, SentBody()["role"]!.GetValue<string>()), Is.EqualTo((role, role)));
        Assert.That(_notes, mayUpload && mayRead ? Has.One.Contains("--role " + (role == "miner" ? "validator" : "miner")) : Is.Empty);
    }

    [Test]
    public async Task Given_role_is_sent_in_one_request_with_source_duration_and_audience()
    {
        await SendAsync(new SessionParameters { Role = "validator", Source = "x", Seconds = 900 });

        var body = SentBody();
        Assert.That(_server.Asked, Is.EqualTo(["POST /get-session-credentials"]));
        Assert.That(
            (body["role"]!.GetValue<string>(), body["source"]!.GetValue<string>(), body["duration_seconds"]!.GetValue<long>()),
            Is.EqualTo(("validator", "x", 900)));
        Assert.That(body["audience"]!.GetValue<string>(), Is.EqualTo(_server.Address.Authority));
    }

    [TestCase(404, "not_found")]
    [TestCase(409, "session_credentials_unsupported")]
    public void Server_without_sessions_is_named_with_what_to_use_instead(int status, string code)
    {
        _refusal = (status, code);

        var failure = Failure.Of(Assert.CatchAsync(() => SendAsync(new SessionParameters()))!);

        Assert.That(failure.ExitCode, Is.EqualTo(ExitCode.Refused));
        Assert.That(failure.Message, Does.StartWith("This server gives no temporary credentials"));
        Assert.That(failure.Advice, Does.Contain("s3auth upload").And.Contain("s3auth download"));
    }

    [TestCase("bucket\nevil")]
    [TestCase("bucket\r")]
    [TestCase("bucket\u2028credential_process = evil")]
    [TestCase("bucket\u202E")]
    [TestCase("")]
    [TestCase(null)]
    public void Answer_that_would_add_lines_to_a_file_is_refused(string? bucket)
    {
        _answer.Bucket = bucket!;

        var failure = Failure.Of(Assert.CatchAsync(() => SendAsync(new SessionParameters { Role = "miner" }))!);

        Assert.That(failure.ExitCode, Is.EqualTo(ExitCode.Unreachable));
        Assert.That(failure.Message + failure.Detail, Does.Contain("incomplete").And.Not.Contain(Secret));
    }

    [TestCase("us-east-2\u2028credential_process = evil")]
    [TestCase("us-east-2 # comment")]
    [TestCase("us-éast-2")]
    [TestCase("us-east-2\u0000")]
    public void Keys_endpoint_and_region_are_visible_ASCII(string value)
    {
        (string Name, Action<SessionCredentials> Change)[] members =
        [
            ("id", answer => answer.Access_key_id = value),
            ("secret", answer => answer.Secret_access_key = value),
            ("token", answer => answer.Session_token = value),
            ("endpoint", answer => answer.Endpoint = value),
            ("region", answer => answer.Region = value),
        ];
        foreach (var (name, change) in members)
        {
            _answer = AwsConfigFileTests.Answer();
            change(_answer);

            Assert.That(
                () => SendAsync(new SessionParameters { Role = "miner" }), Throws.TypeOf<UnusableSessionException>(), name);
        }
    }

    [Test]
    public async Task Configure_prints_commands_that_run_nothing_that_the_server_chose()
    {
        _answer.Prefixes = ["$(touch x)/"];
        _answer.Endpoint = "http://store.example/;touch";

        var (exitCode, output) = await ConfigureAndReadAsync(Plan());

        Assert.That(exitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(output, Does.Contain("aws s3 ls 's3://bucket/$(touch x)/' ").And.Contain("endpoint='http://store.example/;touch' "));
    }

    [Test]
    public void Answer_without_prefixes_is_refused()
    {
        _answer.Prefixes = [];

        Assert.That(() => SendAsync(new SessionParameters { Role = "miner" }), Throws.TypeOf<UnusableSessionException>());
    }

    [Test]
    public async Task Configure_asks_what_is_missing_and_writes_the_profile()
    {
        var wallets = PutWallet("plain", "seed");
        _hotkey = Hotkey(isValidator: true, mayUpload: true, mayRead: true);

        var exitCode = await ConfigureAsync(["mine", _server.Address.AbsoluteUri, "", "", "nobody", "miner"], new AwsConfigurePlan
        {
            Identity = new IdentityOptions { HotkeyName = "default", WalletPath = wallets },
            Parameters = new SessionParameters(),
            Program = ["/bin/s3auth"],
        });

        var text = await File.ReadAllTextAsync(ConfigFile);
        Assert.That(exitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(text, Does.StartWith("[profile mine]\ncredential_process = /bin/s3auth credentials --format process --server "));
        Assert.That(text, Does.Contain("--wallet plain --hotkey h1 ").And.Contain("--role miner\n").And.Not.Contain(Secret));
    }

    [TestCase(false, false, false)]
    [TestCase(true, false, true)]
    [TestCase(false, true, true)]
    public async Task Existing_profile_is_replaced_only_if_the_user_agrees(bool isToldTo, bool isAnsweredYes, bool isReplaced)
    {
        const string Old = "[profile s3auth]\nregion = old\n";
        await File.WriteAllTextAsync(ConfigFile, Old);

        var exitCode = await ConfigureAsync([isAnsweredYes ? "y" : "n"], Plan() with { Replaces = isToldTo });

        Assert.That(exitCode, Is.EqualTo(isReplaced ? ExitCode.Done : ExitCode.Usage));
        Assert.That(await File.ReadAllTextAsync(ConfigFile), isReplaced ? Does.Contain("credential_process") : Is.EqualTo(Old));
    }

    [Test]
    public async Task Yes_does_not_replace_a_profile_but_accepts_its_own()
    {
        Assert.That(await ConfigureAsync(null, Plan()), Is.EqualTo(ExitCode.Done));
        Assert.That(await ConfigureAsync(null, Plan()), Is.EqualTo(ExitCode.Done), "the same again");
        var plan = Plan() with { Parameters = new SessionParameters { Role = "validator" } };
        Assert.That(await ConfigureAsync(null, plan), Is.EqualTo(ExitCode.Usage));
    }

    [Test]
    public void Profile_with_stored_keys_is_refused_because_tools_use_them_first()
    {
        File.WriteAllText(_variables["AWS_SHARED_CREDENTIALS_FILE"], "[s3auth]\naws_access_key_id = a\n");

        Assert.That(() => ConfigureAsync(null, Plan()), Throws.TypeOf<UsageException>().With.Message.Contains("keys for profile s3auth"));
        Assert.That(ConfigFile, Does.Not.Exist);
    }

    [Test]
    public void Encrypted_hotkey_needs_a_password_that_tools_can_read()
    {
        var wallets = PutWallet("locked", "nacl");
        var plan = Plan() with { Identity = new IdentityOptions { Wallet = "locked", HotkeyName = "h1", WalletPath = wallets } };

        Assert.That(
            () => ConfigureAsync(null, plan),
            Throws.TypeOf<UsageException>().With.Message.Contains("tools cannot ask")
                .And.Message.Contains("--password-file").And.Message.Contains("$BT_PW_"));
        Assert.That(ConfigFile, Does.Not.Exist);
    }

    [Test]
    public void Missing_answer_is_reported_with_the_option()
    {
        Assert.Multiple(() =>
        {
            Assert.That(
                () => ConfigureAsync([], Plan() with { Server = null }),
                Throws.TypeOf<UsageException>().With.Message.Contains("--server"));
            Assert.That(
                () => ConfigureAsync(null, Plan() with { Server = null }),
                Throws.TypeOf<UsageException>().With.Message.Contains("--server"));
        });
    }

    [Test]
    public void Refused_credentials_write_no_profile()
    {
        _refusal = (403, "hotkey_not_registered");

        Assert.That(() => ConfigureAsync(null, Plan()), Throws.TypeOf<RefusedException>());
        Assert.That(ConfigFile, Does.Not.Exist);
    }

    [Test]
    public async Task What_another_program_writes_during_a_question_is_kept()
    {
        await File.WriteAllTextAsync(ConfigFile, "[profile s3auth]\nregion = old\n");
        using var answers = new SlowAnswer(() => File.AppendAllText(ConfigFile, "[profile other]\nregion = new\n"));
        var run = new AwsConfigureRun(
            new Report(json: false, quiet: true),
            new Questions(answers, TextWriter.Null, usesDefaults: false),
            name => _variables.GetValueOrDefault(name));

        Assert.That(await run.RunAsync(Plan() with { Profile = "s3auth" }, CancellationToken.None), Is.EqualTo(ExitCode.Done));

        Assert.That(
            await File.ReadAllTextAsync(ConfigFile),
            Does.Contain("[profile other]\nregion = new\n").And.Contain("credential_process").And.Not.Contain("region = old"));
    }

    /// <summary>Something happens before the user answers yes.</summary>
    private sealed class SlowAnswer(Action happens) : TextReader
    {
        public override string ReadLine()
        {
            happens();
            return "y";
        }
    }

    private static HotkeyStatus Hotkey(bool isValidator, bool mayUpload, bool mayRead) => new()
    {
        Hotkey = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty",
        Registered = mayUpload,
        Is_validator = isValidator,
        May_upload = mayUpload,
        May_read = mayRead,
    };

    private static async Task RefuseAsync(HttpListenerContext context, int status, string code)
    {
        context.Response.ContentType = "application/problem+json";
        await LocalServer.WriteAsync(
            context, JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["type"] = "urn:s3auth:problem:" + code,
                ["title"] = "Refused",
                ["status"] = status,
                ["detail"] = "Call /another-endpoint.",
                ["code"] = code,
                ["request_id"] = "abc",
            }),
            status);
    }

    private JsonNode SentBody() => JsonNode.Parse(Encoding.UTF8.GetString(_server.Bodies.Last()))!;

    private async Task<IssuedSession> SendAsync(SessionParameters parameters)
    {
        using var hotkey = KeyPair.FromUri("//Bob");
        using var client = new S3AuthClient(_server.Address, hotkey, new S3AuthClientOptions { Attempts = 1 });
        return await new SessionRequester(client, _notes.Add).SendAsync(parameters, CancellationToken.None);
    }

    private AwsConfigurePlan Plan() => new()
    {
        Server = _server.Address.AbsoluteUri,
        Profile = "s3auth",
        Identity = new IdentityOptions { Suri = "//Bob", HotkeyName = "default", WalletPath = _folder.FullName },
        Parameters = new SessionParameters(),
        Program = ["/bin/s3auth"],
    };

    /// <summary>Runs it with typed answers; null for <c>--yes</c>.</summary>
    private async Task<(ExitCode ExitCode, string Output)> ConfigureAndReadAsync(AwsConfigurePlan plan)
    {
        using var output = new StringWriter();
        var console = Console.Out;
        Console.SetOut(output);
        try
        {
            return (await ConfigureAsync(null, plan, isQuiet: false), output.ToString());
        }
        finally
        {
            Console.SetOut(console);
        }
    }

    private Task<ExitCode> ConfigureAsync(string[]? answers, AwsConfigurePlan plan, bool isQuiet = true) => new AwsConfigureRun(
        new Report(json: false, isQuiet),
        new Questions(new StringReader(string.Join('\n', answers ?? [])), TextWriter.Null, answers is null),
        name => _variables.GetValueOrDefault(name)).RunAsync(plan, CancellationToken.None);

    private string PutWallet(string name, string file)
    {
        var wallets = Path.Combine(_folder.FullName, "wallets");
        var hotkeys = Directory.CreateDirectory(Path.Combine(wallets, name, "hotkeys")).FullName;
        File.Copy(Path.Combine(TestContext.CurrentContext.TestDirectory, "wallets", file), Path.Combine(hotkeys, "h1"));
        return wallets;
    }
}
