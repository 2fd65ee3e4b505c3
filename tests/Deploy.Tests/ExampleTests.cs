namespace S3Auth.Deploy.Tests;

/// <summary>The example configurations of <c>deploy/env/examples</c>. End-to-end tests run the server with each.</summary>
public sealed class ExampleTests
{
    [TestCase("coldkey", 46, "data/{source}/{coldkey}/", "x,reddit", 1024, 5L << 30)]
    [TestCase("hotkey", 13, "data/hotkey={hotkey}/", "", 1024, 1L << 30)]
    [TestCase("weights", 3, "weights/{hotkey}/", "", 100 << 10, 2L << 30)]
    [TestCase("sources", 22, "22/{source}/{hotkey}/", "news,forums,images", 1024, 5L << 30)]
    [TestCase("submissions", 62, "submissions/{coldkey}/", "", 1, 20L << 20)]
    [TestCase("deep", 24, "v1/sn24/raw/{source}/miners/{hotkey}/files/", "video,audio", 10 << 10, 5L << 30)]
    public void Service_takes_the_file_for_its_layout_and_sizes(
        string example, int netuid, string structure, string sources, long minBytes, long maxBytes)
    {
        var (options, withoutEffect) = KnownVariables.Read(Deployment.Variables("examples/" + example));

        using (Assert.EnterMultipleScope())
        {
            Assert.That((options.Netuid, options.Chain?.Netuid), Is.EqualTo((netuid, netuid)));
            Assert.That(options.Layout.Structure, Is.EqualTo(structure));
            Assert.That(string.Join(',', options.Layout.Sources), Is.EqualTo(sources));
            Assert.That((options.FileSizes.MinBytes, options.FileSizes.MaxBytes), Is.EqualTo((minBytes, maxBytes)));
            Assert.That(options.Rules.MinersMayRead, Is.EqualTo(example == "weights"), "miners read each other's weights");
            Assert.That(options.LoopbackOnly, Is.False);
            Assert.That(options.PublicUrl?.Host, Does.EndWith(".example.org"));
            Assert.That(withoutEffect, Is.Empty);
        }
    }

    [TestCaseSource(typeof(Deployment), nameof(Deployment.Examples))]
    public void Every_variable_is_one_that_the_service_knows(string example) =>
        Assert.That(Deployment.Variables(example).Keys, Is.SubsetOf(KnownVariables.All));

    // An operator who removes the # must not get an unknown or malformed setting.
    [TestCaseSource(typeof(Deployment), nameof(Deployment.Examples))]
    public void Settings_in_comments_work_too(string example)
    {
        var commented = File.ReadLines(Deployment.PathOf("env", example + ".env"))
            .Where(line => line.Length > 1 && line[0] == '#' && line[1] != ' ')
            .Select(line => line[1..].Split('=', 2))
            .ToList();
        var variables = Deployment.Variables(example);
        foreach (var pair in commented)
        {
            variables.Add(pair[0], pair[1]);
        }

        var (options, withoutEffect) = KnownVariables.Read(variables);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(commented.Select(pair => pair[0]), Does.Contain("REDIS_URL").And.SubsetOf(KnownVariables.All));
            Assert.That(options.Limits.Redis, Is.Not.Null);
            Assert.That(withoutEffect, Is.Empty);
        }
    }

    [Test]
    public void Each_file_is_in_the_table_of_the_guide()
    {
        var guide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "adopting.md"));

        foreach (var example in Deployment.Examples)
        {
            Assert.That(guide, Does.Contain($"../deploy/env/{example}.env"));
            Assert.That(guide, Does.Contain($"`{Deployment.Variables(example)["FOLDER_LAYOUT"]}`"));
        }
    }
}
