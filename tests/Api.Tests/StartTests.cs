using System.Net.Sockets;
using Microsoft.Extensions.Hosting;

namespace S3Auth.Api.Tests;

/// <summary>A start that fails is described in one sentence that names the setting.</summary>
public sealed class StartTests
{
    private const string Failed = "S3Auth cannot start: ";

    private string _folder = "";

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("s3auth-start-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("PORT")]
    [TestCase("EMBEDDED_STORE_PORT")]
    public void Port_that_another_program_uses_is_named(string setting)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        Assert.That(
            ProblemOf((setting, port)),
            Is.EqualTo($"{Failed}{setting} is {port}, but another program listens on this port. Stop that program, or set another port."));
    }

    [Test]
    public void Folder_that_cannot_be_written_is_named()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");

        var folder = Path.Combine(file, "below");
        Assert.That(
            ProblemOf(("DATA_DIR", folder)),
            Does.StartWith($"{Failed}DATA_DIR is {folder}, but the server cannot use it: ").And.Not.Contains(Environment.NewLine));
    }

    [Test]
    public void Folder_that_another_server_uses_is_named()
    {
        var objects = Directory.CreateDirectory(Path.Combine(_folder, "objects")).FullName;
        using var other = new FileStream(Path.Combine(objects, "store.lock"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);

        Assert.That(
            ProblemOf(),
            Does.StartWith($"{Failed}DATA_DIR is {_folder}, but the server cannot use it: ").And.Not.Contains(Environment.NewLine));
    }

    [TestCase("REDIS_URL", "localhost:6379")]
    [TestCase("PUBLIC_URL", "s3-auth.example.com")]
    [TestCase("METAGRAPH_FILE", "/does/not/exist.json")]
    [TestCase("ACCESS_FILE", "/does/not/exist.json")]
    [TestCase("FOLDER_LAYOUT", "weights/{uid}/")]
    [TestCase("PORT", "http")]
    public void Setting_that_cannot_be_used_is_named_in_one_sentence(string setting, string value) => Assert.That(
        ProblemOf((setting, value)),
        Does.StartWith($"{Failed}{setting} ").And.Not.Contains(Environment.NewLine));

    [TestCase(true)]
    [TestCase(false)]
    public async Task Background_service_that_fails_is_not_a_normal_end(bool fails)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddHostedService(services => new EndingService(services.GetRequiredService<IHostApplicationLifetime>(), fails));

        Assert.That(await Composition.RunAsync(builder.Build()), Is.EqualTo(!fails));
    }

    [Test]
    public void Log_has_the_given_settings_and_warns_of_unknown_ones()
    {
        using var service = new Service
        {
            Settings = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["S3_BUKET"] = "my-bucket", ["METRICS_TOKEN"] = "very-private-token",
            },
        };
        service.CreateClient().Dispose();

        Assert.That(service.Log.Text, Does.Contain("Unknown setting S3_BUKET. Did you mean S3_BUCKET?"));
        Assert.That(service.Log.Text, Does.Contain("METRICS_TOKEN=(hidden)").And.Not.Contains("very-private"));
    }

    [Test]
    public void Server_that_reads_a_chain_warns_of_a_folder_that_cannot_be_written()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        using var service = new Service
        {
            Settings = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["BT_NETWORK"] = "ws://127.0.0.1:1", ["S3_BUCKET"] = "bucket", ["S3_ENDPOINT"] = "http://127.0.0.1:1", ["DATA_DIR"] = file,
            },
        };
        service.CreateClient().Dispose();

        Assert.That(service.Log.Text, Does.Contain($"DATA_DIR is {file}, but the server cannot write there: "));
    }

    [Test]
    public void Access_rule_that_cannot_be_used_is_named()
    {
        var file = Path.Combine(_folder, "access.json");
        File.WriteAllText(file, """{"readers": [{"hotkey": "5bad"}]}""");

        Assert.That(
            ProblemOf(("ACCESS_FILE", file)), Does.StartWith($"{Failed}ACCESS_FILE {file} cannot be used: readers[0].hotkey: "));
    }

    [TestCase("raw/{source}/{hotkey}/", null, true)]
    [TestCase("raw/{source}/{hotkey}/", "news", false)]
    [TestCase("weights/{hotkey}/", null, false)]
    [TestCase("coldkey", null, false)]
    [TestCase(null, null, false)]
    public void Layout_whose_sources_are_forgotten_is_warned_of(string? layout, string? sources, bool isWarned)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in new[] { ("FOLDER_LAYOUT", layout), ("SOURCES", sources) })
        {
            if (value is not null)
            {
                settings[name] = value;
            }
        }

        using var service = new Service { Settings = settings };
        service.CreateClient().Dispose();

        Assert.That(service.Log.Text.Contains("SOURCES is not set", StringComparison.Ordinal), Is.EqualTo(isWarned));
    }

    [TestCase("{hotkey}/", true)]
    [TestCase("weights/{hotkey}/", false)]
    public void Layout_without_a_root_is_warned_of(string layout, bool isWarned)
    {
        using var service = new Service
        {
            Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["FOLDER_LAYOUT"] = layout },
        };
        service.CreateClient().Dispose();

        Assert.That(service.Log.Text.Contains("validators can list the whole bucket", StringComparison.Ordinal), Is.EqualTo(isWarned));
    }

    private string ProblemOf(params (string Name, object Value)[] settings)
    {
        var all = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["environment"] = "Development",
            ["LOG_LEVEL"] = "None",
            ["DATA_DIR"] = _folder,
            ["PORT"] = FreePort.Next(),
            ["EMBEDDED_STORE_PORT"] = FreePort.Next(),
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        var arguments = all.Select(setting => string.Create(CultureInfo.InvariantCulture, $"--{setting.Key}={setting.Value}"));
        return Assert.ThrowsAsync<ConfigurationException>(() => Composition.RunAsync([.. arguments]))!.Message;
    }

    private sealed class EndingService(IHostApplicationLifetime lifetime, bool fails) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lifetime.ApplicationStarted.Register(started.SetResult);
            await started.Task;
            if (fails)
            {
                throw new InvalidOperationException("A bug.");
            }

            lifetime.StopApplication();
        }
    }
}
