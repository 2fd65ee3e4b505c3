namespace S3Auth.Domain.Tests;

public sealed class LayoutTemplateTests
{
    private const string Bob = Accounts.BobAddress;

    [TestCase("weights/{hotkey}/", "weights/", "weights/" + Bob + "/")]
    [TestCase("{netuid}/{source}/{hotkey}/", "46/", "46/x/" + Bob + "/")]
    [TestCase("submissions/{coldkey}/", "submissions/", "submissions/" + Bob + "/")]
    [TestCase("v1/sn{netuid}/raw/{source}/miners/{hotkey}/files/", "v1/sn46/raw/", "v1/sn46/raw/x/miners/" + Bob + "/files/")]
    [TestCase("data/source={source}/owner={coldkey}.d/", "data/", "data/source=x/owner=" + Bob + ".d/")]
    [TestCase("{hotkey}/", "", Bob + "/")]
    [TestCase("{netuid}-{hotkey}/", "46-", "46-" + Bob + "/")]
    [TestCase("sn{netuid}.{source}.{hotkey}/", "sn46.", "sn46.x." + Bob + "/")]
    [TestCase("{source}/{hotkey}/{netuid}/", "", "x/" + Bob + "/46/")]
    [TestCase("..a/{hotkey}/b../", "..a/", "..a/" + Bob + "/b../")]
    public void Template_gives_each_owner_a_folder(string template, string root, string folder)
    {
        var layout = Layouts.Of(template, "x");

        Assert.Multiple(() =>
        {
            Assert.That(layout.Name, Is.EqualTo(template));
            Assert.That(layout.Root, Is.EqualTo(root));
            Assert.That(layout.FoldersOf(Accounts.Bob).Select(one => one.Prefix), Is.EqualTo(new[] { folder }));
            Assert.That(layout.ExampleKeys(Accounts.Bob), Is.EqualTo(new[] { $"{folder}data_20261124_062101_1000.parquet" }));
            Assert.That(layout.HasColdkeyFolders, Is.EqualTo(template.Contains("{coldkey}", StringComparison.Ordinal)));
            Assert.That(layout.HasSources, Is.EqualTo(template.Contains("{source}", StringComparison.Ordinal)));
        });
    }

    [TestCase("coldkey", "data/{source}/{coldkey}/", "data/")]
    [TestCase("ColdKey", "data/{source}/{coldkey}/", "data/")]
    [TestCase("hotkey", "data/hotkey={hotkey}/", "data/")]
    public void Name_stands_for_its_template(string name, string template, string root)
    {
        Assert.That(LayoutTemplate.TryParse(name, out var named, out _), Is.True);
        Assert.That(LayoutTemplate.TryParse(template, out var written, out _), Is.True);
        Assert.Multiple(() =>
        {
            Assert.That(written, Is.SameAs(named));
            Assert.That(named!.Text, Is.EqualTo(template));
            Assert.That(Layouts.Of(name, "x").Root, Is.EqualTo(root));
        });
    }

    [Test]
    public void Structure_has_the_netuid_filled_in_and_leaves_what_varies() =>
        Assert.That(Layouts.Of("{netuid}/{source}/{hotkey}/", "x").Structure, Is.EqualTo("46/{source}/{hotkey}/"));

    [TestCase("weights/", "it needs {hotkey} or {coldkey}; without one of them all miners would share a folder")]
    [TestCase("{source}/", "it needs {hotkey} or {coldkey}")]
    [TestCase("coldkeys", "it must be coldkey, hotkey, or a template")]
    [TestCase("", "it must be coldkey, hotkey, or a template")]
    [TestCase("{hotkey}/{coldkey}/", "a folder has one owner; remove one of them")]
    [TestCase("{hotkey}/{hotkey}/", "it has {hotkey} more than once")]
    [TestCase("{source}/{hotkey}/{source}/", "it has {source} more than once")]
    [TestCase("{netuid}/{netuid}/{hotkey}/", "it has {netuid} more than once")]
    [TestCase("{hotkey}/{source}/", "put {source} before the owner")]
    [TestCase("{uid}/", "the chain can give a uid to another miner")]
    [TestCase("{uid}/{hotkey}/", "the chain can give a uid to another miner")]
    [TestCase("{netuid}{hotkey}/", "two placeholders without a character between them")]
    [TestCase("data/{source}{hotkey}/", "two placeholders without a character between them")]
    [TestCase("{hotkey}{netuid}/", "two placeholders without a character between them")]
    [TestCase("data/{hotkey}", "it must end with /")]
    [TestCase("data/{hotkey}-", "it must end with /")]
    [TestCase("data/{hotkey}/x", "it must end with /")]
    [TestCase("/data/{hotkey}/", "an empty segment")]
    [TestCase("data//{hotkey}/", "an empty segment")]
    [TestCase("data/{hotkey}//", "an empty segment")]
    [TestCase("/{hotkey}/", "an empty segment")]
    [TestCase("./{hotkey}/", "a segment . or ..")]
    [TestCase("data/../{hotkey}/", "a segment . or ..")]
    [TestCase("data/{hotkey}/../", "a segment . or ..")]
    [TestCase("data/{job}/{hotkey}/", "only these placeholders")]
    [TestCase("data/{Hotkey}/{hotkey}/", "only these placeholders")]
    [TestCase("data/{{hotkey}}/", "only these placeholders")]
    [TestCase("weights/{Hotkey}/", "only these placeholders: {hotkey}")]
    [TestCase("data/ {hotkey}/", "it has the character ' '")]
    [TestCase("data/%2F/{hotkey}/", "it has the character '%'")]
    [TestCase("data/$x/{hotkey}/", "it has the character '$'")]
    [TestCase("data\\{hotkey}/", "it has the character '\\'")]
    [TestCase("dätä/{hotkey}/", "it has the character 'ä'")]
    [TestCase("data\u0000/{hotkey}/", "it has the character")]
    public void Template_that_would_mix_owners_or_break_keys_is_refused_with_the_reason(string text, string reason)
    {
        Assert.That(LayoutTemplate.TryParse(text, out var template, out var problem), Is.False);
        Assert.That(template, Is.Null);
        Assert.That(problem, Does.Contain(reason));
    }

    [TestCase(128, true)]
    [TestCase(129, false)]
    public void Template_is_bounded(int length, bool isValid)
    {
        const string End = "/{hotkey}/";

        Assert.That(LayoutTemplate.TryParse(new string('a', length - End.Length) + End, out _, out _), Is.EqualTo(isValid));
    }

    [Test]
    public void Longest_key_of_the_longest_template_is_valid()
    {
        var template = "{source}-{netuid}-{hotkey}/".PadLeft(LayoutTemplate.MaxLength, 'a');
        var layout = new FolderLayout(Parse(template), [SourceOf(new string('s', 32))], ushort.MaxValue);
        Assert.That(JobId.TryParse(new string('j', JobId.MaxLength), out var job), Is.True);
        Assert.That(FileName.TryParse(new string('n', FileName.MaxBytes), out var name), Is.True);

        Assert.That(() => FolderLayout.KeyOf(layout.FoldersOf(Accounts.Bob)[0], job, name), Throws.Nothing);
    }

    [Test]
    public void Listing_below_a_template_that_continues_after_the_owner_finds_the_whole_folder()
    {
        var layout = Layouts.Of("miners/{hotkey}.d/files/");
        var listed = layout.DiscoveryPrefixes[0];

        Assert.Multiple(() =>
        {
            Assert.That(listed.Prefix, Is.EqualTo("miners/"));
            Assert.That(layout.TryReadFolder(listed, $"miners/{Bob}.d/", out var folder, out var owner), Is.True);
            Assert.That(owner, Is.EqualTo(Accounts.Bob));
            Assert.That(folder, Is.EqualTo(new Folder($"miners/{Bob}.d/files/", Source: null)));
            foreach (var other in new[] { $"miners/{Bob}/", $"miners/{Bob}.e/", $"miners/x{Bob}.d/", $"miners/{Bob}.d/a/", "miners/.d/" })
            {
                Assert.That(layout.TryReadFolder(listed, other, out _, out _), Is.False, other);
            }
        });
    }

    private static LayoutTemplate Parse(string text) =>
        LayoutTemplate.TryParse(text, out var template, out var problem) ? template : throw new ArgumentException(problem, nameof(text));

    private static Source SourceOf(string name) =>
        Source.TryParse(name, out var source) ? source : throw new ArgumentException(name, nameof(name));
}
