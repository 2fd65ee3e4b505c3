using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Primitives;
using Moq;
using NUnit.Framework.Constraints;

namespace S3Auth.Api.Tests;

/// <summary>The operators' guide, README and <see cref="Settings"/> describe what the server does.</summary>
internal sealed partial class SettingsTests
{
    private const string Page = "docs/operators.md";
    private const string Begin = "<!-- settings: written by ./build.sh --target=Pages -->";
    private const string End = "<!-- end of settings -->";

    // The settings that production needs, for each kind of metagraph.
    private static readonly Dictionary<string, string?> OfAChain =
        new(StringComparer.Ordinal) { ["BT_NETWORK"] = "finney", ["S3_BUCKET"] = "my-bucket" };

    private static readonly Dictionary<string, string?> OfAFile = new(StringComparer.Ordinal)
    {
        ["BT_NETWORK"] = "static", ["METAGRAPH_FILE"] = "/etc/s3auth/metagraph.json", ["S3_BUCKET"] = "my-bucket",
    };

    private static IEnumerable<Setting> All => Settings.All;

    private static IEnumerable<Setting> Numbers => All.Where(setting => setting.Bounds is not null);

    private static IEnumerable<Setting> Choices => All.Where(setting => setting.Choices.Count > 0);

    private static IEnumerable<Setting> WithDefault =>
        All.Where(setting => setting.Default is not null || setting.DevelopmentDefault is not null);

    private static IEnumerable<string> ReadByLibraries => Settings.ReadByLibraries.SelectMany(library => library.Names);

    [Test]
    public Task Committed_page_lists_every_setting_as_it_is() => RepositoryFiles.HoldAsync(Page, Begin, End, Tables());

    [Test]
    public void Reader_reads_every_setting_and_no_other()
    {
        var read = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (environment, settings) in new[]
        {
            (Environments.Development, []), (Environments.Production, OfAChain), (Environments.Production, OfAFile),
        })
        {
            var reader = Reader(environment, settings, read);
            reader.Read();
            Assert.That(reader.WithoutEffect, Is.Empty);
        }

        Assert.That(read, Is.EquivalentTo(All.Select(setting => setting.Name)));
    }

    [Test]
    public void Setting_is_listed_once() => Assert.That(All.Select(setting => setting.Name).Concat(ReadByLibraries), Is.Unique);

    [TestCaseSource(nameof(WithDefault))]
    public void Default_has_the_same_effect_as_the_stated_value_set_explicitly(Setting setting)
    {
        foreach (var (environment, settings) in new[]
        {
            (Environments.Development, []), (Environments.Production, OfAChain), (Environments.Production, OfAFile),
        })
        {
            if (settings.ContainsKey(setting.Name) || setting.DefaultIn(environment == Environments.Development) is not { } value)
            {
                continue;
            }

            var untold = Reader(environment, settings).Read();
            var told = Reader(environment, new(settings, StringComparer.Ordinal) { [setting.Name] = value }).Read();

            Assert.That(told, Is.EqualTo(untold).UsingPropertiesComparer(), environment);
        }
    }

    [TestCaseSource(nameof(Numbers))]
    public void Number_is_accepted_within_its_bounds_and_refused_beyond_them(Setting setting)
    {
        var (min, max) = setting.Bounds!.Value;
        Assert.Multiple(() =>
        {
            Assert.That(() => ReadWith(setting, min), Throws.Nothing);
            Assert.That(() => ReadWith(setting, max), Throws.Nothing);
            Assert.That(() => ReadWith(setting, min - 1L), Refused(setting));
            Assert.That(() => ReadWith(setting, max + 1L), Refused(setting));
        });
    }

    [TestCaseSource(nameof(Choices))]
    public void Choice_is_accepted_in_any_case_and_other_words_are_refused(Setting setting)
    {
        Assert.Multiple(() =>
        {
            foreach (var choice in setting.Choices)
            {
                Assert.That(() => ReadWith(setting, choice), Throws.Nothing, choice);
                Assert.That(() => ReadWith(setting, choice.ToUpperInvariant()), Throws.Nothing, choice);
                Assert.That(() => ReadWith(setting, choice.ToLowerInvariant()), Throws.Nothing, choice);
            }

            Assert.That(() => ReadWith(setting, "something-else"), Refused(setting));
        });
    }

    [TestCaseSource(nameof(All))]
    public void Malformed_value_is_refused_unless_the_setting_takes_any_text(Setting setting)
    {
        string[] paths = ["DATA_DIR", "METAGRAPH_FILE", "ACCESS_FILE", "AUDIT_DIR"];

        Assert.That(() => ReadWith(setting, "?"), paths.Contains(setting.Name) ? Throws.Nothing : Refused(setting));
    }

    [TestCaseSource(nameof(All))]
    public void Production_needs_the_required_settings_and_no_other(Setting setting)
    {
        var without = new Dictionary<string, string?>(OfAChain, StringComparer.Ordinal) { [setting.Name] = null };

        Assert.That(() => Reader(Environments.Production, without).Read(), setting.IsRequired ? Refused(setting) : Throws.Nothing);
    }

    [Test]
    public void Variable_of_a_library_that_this_program_reads_itself_is_listed()
    {
        var read = new HashSet<string>(StringComparer.Ordinal);
        new ServiceCollection().AddTelemetry(new RecordingConfiguration([], read));
        foreach (var file in new[] { "Substrate", "Domain", "Application", "Infrastructure", "Api" }
            .SelectMany(room => Directory.GetFiles(RepositoryFiles.PathOf($"src/{room}"), "*.cs", SearchOption.AllDirectories)))
        {
            read.UnionWith(ReadVariable().Matches(File.ReadAllText(file)).Select(match => match.Groups["name"].Value));
        }

        Assert.That(read, Does.Contain("AWS_CREDENTIAL_EXPIRATION").And.Contain("OTEL_EXPORTER_OTLP_ENDPOINT"));
        Assert.That(read, Is.SubsetOf(ReadByLibraries));
    }

    // A library that does not contain the name does not read the variable.
    [TestCaseSource(nameof(ReadByLibraries))]
    public void Variable_of_a_library_is_contained_in_one(string name)
    {
        var folders = new[]
        {
            AppContext.BaseDirectory,
            Path.GetDirectoryName(typeof(WebApplication).Assembly.Location)!,
            RuntimeEnvironment.GetRuntimeDirectory(),
        };
        var wanted = Encoding.Unicode.GetBytes(name);

        Assert.That(folders.SelectMany(folder => Directory.GetFiles(folder, "*.dll"))
            .Where(file => !Path.GetFileName(file).StartsWith("S3Auth.Api", StringComparison.Ordinal))
            .Any(file => File.ReadAllBytes(file) is var content && content.AsSpan().IndexOf(wanted) >= 0));
    }

    [Test]
    public void Readme_states_the_same_defaults()
    {
        var readme = RepositoryFiles.Read("README.md");
        var section = readme[readme.IndexOf("## Running it elsewhere", StringComparison.Ordinal)..];
        var rows = ReadmeRow().Matches(section[..section.IndexOf("\n## ", StringComparison.Ordinal)]);

        Assert.That(rows, Is.Not.Empty);
        Assert.Multiple(() =>
        {
            foreach (var row in rows.AsEnumerable())
            {
                var names = Code().Matches(row.Groups["names"].Value).Select(match => match.Groups["text"].Value).ToList();
                Assert.That(names, Is.SubsetOf(All.Select(setting => setting.Name).Concat(ReadByLibraries)));
                var standards = names
                    .Select(name => All.SingleOrDefault(setting => setting.Name == name)?.Default)
                    .OfType<string>()
                    .ToList();
                if (standards.Count > 0)
                {
                    Assert.That(
                        Code().Matches(row.Groups["standard"].Value).Select(match => match.Groups["text"].Value),
                        Is.EqualTo(standards),
                        row.Value);
                }
            }
        });
    }

    private static string Tables()
    {
        var tables = new StringBuilder();
        foreach (var group in Settings.Groups)
        {
            tables.Append(
                CultureInfo.InvariantCulture,
                $"\n**{group.Title}**\n\n| setting | default | values | meaning |\n| --- | --- | --- | --- |\n");
            foreach (var setting in group.Settings)
            {
                tables.Append(
                    CultureInfo.InvariantCulture,
                    $"| `{setting.Name}` | {Default(setting)} | {setting.Values} | {setting.Meaning} |\n");
            }
        }

        tables.Append("\n**Read by libraries**\n\n| variables | meaning |\n| --- | --- |\n");
        foreach (var (names, meaning) in Settings.ReadByLibraries)
        {
            tables.Append(CultureInfo.InvariantCulture, $"| {string.Join(", ", names.Select(name => $"`{name}`"))} | {meaning} |\n");
        }

        return tables.Append('\n').ToString();
    }

    private static string Default(Setting setting) =>
        (setting.Default is { } value ? $"`{value}`" : setting.IsRequired ? "**required**" : "")
        + (setting.DevelopmentDefault is { } inDevelopment ? $" (development: `{inDevelopment}`)" : "");

    private static ServiceOptions ReadWith(Setting setting, object value)
    {
        // Together with the settings that it needs.
        var settings = setting.Name switch
        {
            "METAGRAPH_FILE" => OfAFile,
            "NODES_THAT_AGREE" => new Dictionary<string, string?>(OfAChain, StringComparer.Ordinal)
            {
                ["BT_NETWORK"] = string.Join(',', Enumerable.Range(1, (int)setting.Bounds!.Value.Max).Select(node => $"wss://node-{node}")),
            },
            "MAX_FILE_BYTES" => new Dictionary<string, string?>(OfAChain, StringComparer.Ordinal) { ["MIN_FILE_BYTES"] = "0" },
            "REQUIRE_AUDIENCE" or "LISTING_REDIRECT" =>
                new Dictionary<string, string?>(OfAChain, StringComparer.Ordinal) { ["PUBLIC_URL"] = "https://s3-auth.example.com" },
            "SESSION_CREDENTIALS" => new Dictionary<string, string?>(OfAChain, StringComparer.Ordinal)
            {
                ["S3_ENDPOINT"] = "https://0123456789abcdef.r2.cloudflarestorage.com", ["STS_ROLE_ARN"] = "arn:aws:iam:::role/sessions",
            },
            _ => OfAChain,
        };
        return Reader(
            Environments.Production,
            new(settings, StringComparer.Ordinal) { [setting.Name] = Convert.ToString(value, CultureInfo.InvariantCulture) }).Read();
    }

    private static ContainsConstraint Refused(Setting setting) =>
        Throws.InstanceOf<ConfigurationException>().With.Message.Contains(setting.Name);

    private static ServiceOptionsReader Reader(
        string environment,
        Dictionary<string, string?> settings,
        HashSet<string>? read = null) => new(
        new RecordingConfiguration(settings, read ?? []), Mock.Of<IHostEnvironment>(host => host.EnvironmentName == environment));

    [GeneratedRegex(@"GetEnvironmentVariable\(""(?<name>\w+)""\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ReadVariable();

    [GeneratedRegex(
        @"^\| (?<names>`[A-Z].*?) \| (?<standard>.*?) \|",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex ReadmeRow();

    [GeneratedRegex("`(?<text>[^`]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();

    /// <summary>Records the names of the values that were read.</summary>
    private sealed class RecordingConfiguration(Dictionary<string, string?> settings, HashSet<string> read) : IConfiguration
    {
        public string? this[string key]
        {
            get
            {
                read.Add(key);
                return settings.GetValueOrDefault(key);
            }
            set => throw new NotSupportedException();
        }

        public IEnumerable<IConfigurationSection> GetChildren() => throw new NotSupportedException();

        public IChangeToken GetReloadToken() => throw new NotSupportedException();

        public IConfigurationSection GetSection(string key) => throw new NotSupportedException();
    }
}
