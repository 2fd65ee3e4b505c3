using System.Xml.Linq;

namespace S3Auth.Deploy.Tests;

/// <summary>What the Dockerfile promises. That its steps work on what it copies is tried in EndToEnd.Tests.</summary>
public sealed class DockerfileTests
{
    private readonly Dockerfile _dockerfile = Dockerfile.Read(Deployment.PathOf("Dockerfile"));

    private Dockerfile.Stage Build => _dockerfile.Stages[0];

    private Dockerfile.Stage Image => _dockerfile.Image;

    private Dictionary<string, string> Environment =>
        Image.One("ENV").Words.Select(word => word.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);

    [Test]
    public void Image_has_no_shell_and_no_more_than_the_service_needs()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Image.BaseImage, Is.EqualTo("mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled"));
            Assert.That(Image.All("RUN"), Is.Empty);
            Assert.That(Image.All("COPY").Select(copy => copy.Flags.GetValueOrDefault("from")), Is.All.EqualTo(Build.Name));

            // The variant without ICU: that is right as long as this holds.
            var properties = XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props"));
            Assert.That((string?)properties.Descendants("InvariantGlobalization").Single(), Is.EqualTo("true"));
        }
    }

    [Test]
    public void Every_base_has_a_version() =>
        Assert.That(_dockerfile.Stages.Select(stage => stage.BaseImage), Is.All.Matches<string>(Images.HasVersion));

    [Test]
    public void It_runs_as_an_account_without_rights_that_may_write_to_one_folder()
    {
        var owned = Image.All("COPY").Where(copy => copy.Flags.ContainsKey("chown")).ToList();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Image.One("USER").Rest, Is.EqualTo("$APP_UID"));
            Assert.That(owned.Select(copy => copy.Flags["chown"]), Is.EqualTo(new[] { "$APP_UID:$APP_UID" }));
            Assert.That(owned.Select(copy => copy.Words[1]), Is.EqualTo(new[] { Environment["DATA_DIR"] + "/" }));
            Assert.That(Image.One("VOLUME").Rest, Is.EqualTo(Environment["DATA_DIR"]));
            Assert.That(Environment["DOTNET_EnableDiagnostics"], Is.EqualTo("0"), "its socket would lie in /tmp");
        }
    }

    [Test]
    public void Port_and_variables_are_the_services_own()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Environment.Keys, Is.SubsetOf(KnownVariables.All));
            Assert.That(Image.One("EXPOSE").Rest, Is.EqualTo(Environment["PORT"]));
            Assert.That(Environment["PORT"], Is.EqualTo(Api.Configuration.Settings.Port.Default));
        }
    }

    [Test]
    public void It_starts_the_service_and_asks_it_for_its_health()
    {
        Assert.That(Image.One("ENTRYPOINT").Exec(), Is.EqualTo(new[] { "./S3Auth.Api" }));
        Assert.That(Image.One("HEALTHCHECK").Exec("CMD "), Is.EqualTo(new[] { "./S3Auth.Api", HealthCheck.Argument }));
    }

    [Test]
    public void It_is_compiled_ahead_on_the_builders_platform_for_the_images()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Build.From.Flags.GetValueOrDefault("platform"), Is.EqualTo("$BUILDPLATFORM"));
            Assert.That(Build.All("ARG").Select(arg => arg.Rest), Does.Contain("TARGETARCH"));
            var steps = Build.All("RUN").Select(run => run.Rest).Where(run => run.StartsWith("dotnet ", StringComparison.Ordinal)).ToList();
            Assert.That(steps, Has.Count.EqualTo(2).And.All.Contains("--arch $TARGETARCH").And.All.Contains("-p:PublishReadyToRun=true"));
            Assert.That(steps[1], Does.Contain("--no-restore").And.Contain("--self-contained false"));
        }
    }

    [Test]
    public void What_it_copies_exists_and_reaches_the_builder()
    {
        var ignore = new IgnoreFile(Path.Combine(Repository.Root, ".dockerignore"));
        foreach (var source in Build.CopiesFromRepository.SelectMany(copy => copy.Words[..^1]))
        {
            Assert.That(Path.Exists(Path.Combine(Repository.Root, source)), source);
            Assert.That(ignore.LeavesOut(source.TrimEnd('/')), Is.False, source);
        }
    }

    [TestCase(".git/config")]
    [TestCase(".env")]
    [TestCase(".data/objects/secret")]
    [TestCase("src/Api/bin/Release/S3Auth.Api.dll")]
    [TestCase("src/Api/obj/project.assets.json")]
    [TestCase("deploy/env/production.env")]
    [TestCase("tests/Api.Tests/WireTests.cs")]
    public void Nothing_else_reaches_the_builder(string path) =>
        Assert.That(new IgnoreFile(Path.Combine(Repository.Root, ".dockerignore")).LeavesOut(path));

    /// <summary>What .dockerignore leaves out: the last pattern that matches a path or a folder above it decides.</summary>
    private sealed class IgnoreFile(string path)
    {
        private readonly List<string> _patterns = [.. File.ReadLines(path).Where(line => line.Length > 0 && line[0] != '#')];

        internal bool LeavesOut(string file)
        {
            var leftOut = false;
            foreach (var pattern in _patterns)
            {
                var expression = Regex.Escape(pattern.TrimStart('!'))
                    .Replace(@"\*\*/", "(.*/)?", StringComparison.Ordinal)
                    .Replace(@"\*", "[^/]*", StringComparison.Ordinal);
                if (Regex.IsMatch(file, $@"\A{expression}(/.*)?\z", RegexOptions.None, TimeSpan.FromSeconds(1)))
                {
                    leftOut = pattern[0] != '!';
                }
            }

            return leftOut;
        }
    }
}
