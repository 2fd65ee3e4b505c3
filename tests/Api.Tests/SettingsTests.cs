using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Primitives;
using Moq;
using NUnit.Framework.Constraints;

namespace S3Auth.Api.Tests;

/// <summary>What is said of settings, on the operators' page and in the table it is written from, is what the server does.</summary>
internal sealed partial class SettingsTests
{
    private const string Page = "docs/operators.md";
    private const string Begin = "<!-- settings: written by ./build.sh --target=Pages -->";
    private const string End = "<!-- end of settings -->";

    // The least that production starts with, by each kind of metagraph.
    private static readonly Dictionary<string, string?> OfAChain = new(StringComparer.Ordinal) { ["BT_NETWORK"] = "finney", ["S3_BUCKET"] = "my-bucket" };

    private static readonly Dictionary<string, string?> OfAFile = new(StringComparer.Ordinal)
    {
        ["BT_NETWORK"] = "static", ["METAGRAPH_FILE"] = "/etc/s3auth/metagraph.json", ["S3_BUCKET"] = "my-bucket",
    };

    private static IEnumerable<Setting> All => Settings.All;

    private static IEnumerable<NumberSetting> Numbers => All.OfType<NumberSetting>();

    private static IEnumerable<ChoiceSetting> Choices => All.OfType<ChoiceSetting>();

    private static IEnumerable<Setting> WithAStandard => All.Where(setting => setting.Standard is not null || setting.InDevelopment is not null);

    private static IEnumerable<string> OfLibraries => Settings.OfLibraries.SelectMany(row => row.Names);

    [Test]
    public Task Committed_page_lists_every_setting_as_it_is() => RepositoryFiles.HoldAsync(Page, Begin, End, Tables());

    [Test]
    public void Reader_reads_every_setting_and_no_other()
    {
        var read = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (environment, settings) in new[] { (Environments.Development, []), (Environments.Production, OfAChain), (Environments.Production, OfAFile) })
        {
            var reader = Reader(environment, settings, read);
            reader.Read();
            Assert.That(reader.WithoutEffect, Is.Empty);
        }

        Assert.That(read, Is.EquivalentTo(All.Select(setting => setting.Name)));
    }

    [Test]
    public void Setting_is_told_once() => Assert.That(All.Select(setting => setting.Name).Concat(OfLibraries), Is.Unique);

    [TestCaseSource(nameof(WithAStandard))]
    public void Stated_default_is_what_holds_where_nothing_is_set(Setting setting)
    {
        foreach (var (environment, settings) in new[] { (Environments.Development, []), (Environments.Production, OfAChain), (Environments.Production, OfAFile) })
        {
            if (settings.ContainsKey(setting.Name) || setting.StandardIn(environment == Environments.Development) is not { } standard)
            {
                continue;
            }

            var untold = Reader(environment, settings).Read();
            var told = Reader(environment, new(settings, StringComparer.Ordinal) { [setting.Name] = standard }).Read();

            Assert.That(told, Is.EqualTo(untold).UsingPropertiesComparer(), environment);
        }
    }

    [TestCaseSource(nameof(Numbers))]
    public void Stated_bounds_are_allowed_and_nothing_beyond(NumberSetting setting)
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => ReadWith(setting, setting.Least), Throws.Nothing);
            Assert.That(() => ReadWith(setting, setting.Most), Throws.Nothing);
            Assert.That(() => ReadWith(setting, setting.Least - 1L), Refused(setting));
            Assert.That(() => ReadWith(setting, setting.Most + 1L), Refused(setting));
        });
    }

    [TestCaseSource(nameof(Choices))]
    public void Stated_choices_are_taken_and_no_other(ChoiceSetting setting)
    {
        Assert.Multiple(() =>
        {
            foreach (var choice in setting.Choices)
            {
                Assert.That(() => ReadWith(setting, choice), Throws.Nothing, choice);
            }

            Assert.That(() => ReadWith(setting, "something-else"), Refused(setting));
        });
    }

    // A value that is not even one, of each kind of text.
    [TestCaseSource(nameof(All))]
    public void What_is_no_value_is_refused_where_anything_is(Setting setting)
    {
        string[] paths = ["DATA_DIR", "METAGRAPH_FILE", "AUDIT_DIR"];

        Assert.That(() => ReadWith(setting, "?"), paths.Contains(setting.Name) ? Throws.Nothing : Refused(setting));
    }

    [TestCaseSource(nameof(All))]
    public void Production_wants_what_is_said_to_be_needed_and_nothing_else(Setting setting)
    {
        var without = new Dictionary<string, string?>(OfAChain, StringComparer.Ordinal) { [setting.Name] = null };

        Assert.That(() => Reader(Environments.Production, without).Read(), setting.IsNeeded ? Refused(setting) : Throws.Nothing);
    }

    [Test]
    public void Libraries_variables_that_this_program_reads_itself_are_told()
    {
        var read = new HashSet<string>(StringComparer.Ordinal);
        new ServiceCollection().AddTelemetry(new RecordingConfiguration([], read));
        foreach (var file in new[] { "Substrate", "Domain", "Application", "Infrastructure", "Api" }
            .SelectMany(room => Directory.GetFiles(RepositoryFiles.PathOf($"src/{room}"), "*.cs", SearchOption.AllDirectories)))
        {
            read.UnionWith(ReadVariable().Matches(File.ReadAllText(file)).Select(match => match.Groups["name"].Value));
        }

        Assert.That(read, Does.Contain("AWS_CREDENTIAL_EXPIRATION").And.Contain("OTEL_EXPORTER_OTLP_ENDPOINT"));
        Assert.That(read, Is.SubsetOf(OfLibraries));
    }

    // A name that no library holds is read by none.
    [TestCaseSource(nameof(OfLibraries))]
    public void Variable_of_a_library_stands_in_one(string name)
    {
        var folders = new[] { AppContext.BaseDirectory, Path.GetDirectoryName(typeof(WebApplication).Assembly.Location)!, RuntimeEnvironment.GetRuntimeDirectory() };
        var wanted = Encoding.Unicode.GetBytes(name);

        Assert.That(folders.SelectMany(folder => Directory.GetFiles(folder, "*.dll"))
            .Where(file => !Path.GetFileName(file).StartsWith("S3Auth.Api", StringComparison.Ordinal))
            .Any(file => File.ReadAllBytes(file) is var content && content.AsSpan().IndexOf(wanted) >= 0));
    }

    [Test]
    public void Readme_says_nothing_else_of_the_settings_that_it_names()
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
                Assert.That(names, Is.SubsetOf(All.Select(setting => setting.Name).Concat(OfLibraries)));
                var standards = names.Select(name => All.SingleOrDefault(setting => setting.Name == name)?.Standard).OfType<string>().ToList();
                if (standards.Count > 0)
                {
                    Assert.That(Code().Matches(row.Groups["standard"].Value).Select(match => match.Groups["text"].Value), Is.EqualTo(standards), row.Value);
                }
            }
        });
    }

    private static string Tables()
    {
        var tables = new StringBuilder();
        foreach (var group in Settings.Groups)
        {
            tables.Append(CultureInfo.InvariantCulture, $"\n**{group.Title}**\n\n| | default | takes | |\n| --- | --- | --- | --- |\n");
            foreach (var setting in group.Settings)
            {
                tables.Append(CultureInfo.InvariantCulture, $"| `{setting.Name}` | {Default(setting)} | {setting.Takes} | {setting.Meaning} |\n");
            }
        }

        tables.Append("\n**Read by libraries**\n\n| | |\n| --- | --- |\n");
        foreach (var (names, meaning) in Settings.OfLibraries)
        {
            tables.Append(CultureInfo.InvariantCulture, $"| {string.Join(", ", names.Select(name => $"`{name}`"))} | {meaning} |\n");
        }

        return tables.Append('\n').ToString();
    }

    private static string Default(Setting setting) =>
        (setting.Standard is { } standard ? $"`{standard}`" : setting.IsNeeded ? "**needed**" : "")
        + (setting.InDevelopment is { } inDevelopment ? $" (development: `{inDevelopment}`)" : "");

    private static ServiceOptions ReadWith(Setting setting, object value)
    {
        // The settings beside which it has an effect.
        var settings = setting.Name switch
        {
            "METAGRAPH_FILE" => OfAFile,
            "REQUIRE_AUDIENCE" or "LISTING_REDIRECT" => new Dictionary<string, string?>(OfAChain, StringComparer.Ordinal) { ["PUBLIC_URL"] = "https://s3-auth.example.com" },
            _ => OfAChain,
        };
        return Reader(Environments.Production, new(settings, StringComparer.Ordinal) { [setting.Name] = Convert.ToString(value, CultureInfo.InvariantCulture) }).Read();
    }

    private static ContainsConstraint Refused(Setting setting) =>
        Throws.InstanceOf<ConfigurationException>().With.Message.Contains(setting.Name);

    private static ServiceOptionsReader Reader(string environment, Dictionary<string, string?> settings, HashSet<string>? read = null) => new(
        new RecordingConfiguration(settings, read ?? []), Mock.Of<IHostEnvironment>(host => host.EnvironmentName == environment));

    [GeneratedRegex(@"GetEnvironmentVariable\(""(?<name>\w+)""\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ReadVariable();

    [GeneratedRegex(@"^\| (?<names>`[A-Z].*?) \| (?<standard>.*?) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ReadmeRow();

    [GeneratedRegex("`(?<text>[^`]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();

    /// <summary>Remembers by which names it was asked.</summary>
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
