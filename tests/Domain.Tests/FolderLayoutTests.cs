namespace S3Auth.Domain.Tests;

public sealed class FolderLayoutTests
{
    private const string Dave = Accounts.DaveAddress;
    private const string Bob = Accounts.BobAddress;

    private static readonly Source X = SourceOf("x");
    private static readonly Source Reddit = SourceOf("reddit");
    private static readonly FolderLayout ByColdkey = Layouts.ByColdkey("x", "reddit");
    private static readonly FolderLayout ByHotkey = Layouts.ByHotkey;

    [Test]
    public void Coldkey_layout_has_one_folder_per_source_named_by_the_coldkey() =>
        Assert.That(
            ByColdkey.FoldersOf(Accounts.Dave),
            Is.EqualTo(new[] { new Folder($"data/x/{Dave}/", X), new Folder($"data/reddit/{Dave}/", Reddit) }));

    [Test]
    public void Hotkey_layout_has_one_folder_named_by_the_hotkey() =>
        Assert.That(
            ByHotkey.FoldersOf(Accounts.Bob),
            Is.EqualTo(new[] { new Folder($"data/hotkey={Bob}/", Source: null) }));

    [Test]
    public void Folders_are_found_below_the_discovery_prefixes()
    {
        foreach (var layout in new[] { ByColdkey, ByHotkey })
        {
            var expected = layout.FolderOwnerOf(Accounts.Bob, Accounts.Dave);
            var folders = layout.FoldersOf(expected);

            Assert.That(layout.DiscoveryPrefixes, Has.Count.EqualTo(folders.Count));
            for (var i = 0; i < folders.Count; i++)
            {
                var parent = layout.DiscoveryPrefixes[i];
                Assert.That(layout.TryReadFolder(parent, folders[i].Prefix, out var found, out var owner), Is.True);
                Assert.That(found, Is.EqualTo(folders[i]));
                Assert.That(owner, Is.EqualTo(expected));
            }
        }
    }

    [TestCase("data/x/" + Dave, TestName = "without the slash")]
    [TestCase("data/x/" + Dave + "//", TestName = "with a second slash")]
    [TestCase("data/x/", TestName = "the discovery prefix itself")]
    [TestCase("data/x/lost+found/", TestName = "not an address")]
    [TestCase("data/x/5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFz/", TestName = "a wrong checksum")]
    [TestCase("data/reddit/" + Dave + "/", TestName = "in another source")]
    [TestCase("data/x/../reddit/" + Dave + "/", TestName = "with dots")]
    public void Prefix_that_is_no_miners_folder_is_rejected(string prefix) =>
        Assert.That(ByColdkey.TryReadFolder(ByColdkey.DiscoveryPrefixes[0], prefix, out _, out _), Is.False);

    [Test]
    public void Folder_of_another_source_is_rejected_also_if_both_names_have_the_same_length()
    {
        var layout = Layouts.ByColdkey("x", "y");

        Assert.That(layout.TryReadFolder(layout.DiscoveryPrefixes[0], $"data/y/{Dave}/", out _, out _), Is.False);
    }

    [Test]
    public void Only_the_hotkey_layout_has_jobs()
    {
        Assert.Multiple(() =>
        {
            Assert.That(LayoutTemplate.Hotkey.HasJobs, Is.True);
            Assert.That(LayoutTemplate.Coldkey.HasJobs, Is.False);
            Assert.That(ByHotkey.ExampleKeys(Accounts.Bob), Has.All.StartsWith($"data/hotkey={Bob}/job_id="));
            Assert.That(ByHotkey.Description, Does.Contain("job_id={job_id}/"));
            Assert.That(ByColdkey.ExampleKeys(Accounts.Dave), Has.None.Contains("job_id="));
            Assert.That(ByColdkey.Description, Does.Not.Contain("job_id="));
        });
    }

    [Test]
    public void Top_of_the_bucket_has_a_name_for_people()
    {
        Assert.Multiple(() =>
        {
            Assert.That(new DiscoveryPrefix("", Source: null).ToString(), Is.Not.Empty);
            Assert.That(new DiscoveryPrefix("data/x/", X).ToString(), Is.EqualTo("data/x/"));
        });
    }

    [Test]
    public void Folder_owner_is_the_coldkey_or_the_hotkey_by_layout()
    {
        Assert.That(
            (ByColdkey.FolderOwnerOf(Accounts.Bob, Accounts.Dave), ByHotkey.FolderOwnerOf(Accounts.Bob, Accounts.Dave)),
            Is.EqualTo((Accounts.Dave, Accounts.Bob)));
    }

    [Test]
    public void Folder_owner_of_an_unregistered_hotkey_is_known_only_if_hotkeys_name_folders()
    {
        var neuron = new Neuron(0, Accounts.Bob, Accounts.Dave, false, default, true);
        var metagraph = new Metagraph("static", 46, 1, DateTimeOffset.UnixEpoch, [neuron]);

        Assert.Multiple(() =>
        {
            Assert.That(ByColdkey.FindFolderOwner(Accounts.Bob, metagraph), Is.EqualTo(Accounts.Dave));
            Assert.That(ByColdkey.FindFolderOwner(Accounts.Alice, metagraph), Is.Null);
            Assert.That(ByHotkey.FindFolderOwner(Accounts.Bob, metagraph), Is.EqualTo(Accounts.Bob));
            Assert.That(ByHotkey.FindFolderOwner(Accounts.Alice, metagraph), Is.EqualTo(Accounts.Alice));
        });
    }

    [Test]
    public void Folders_of_a_source_are_only_the_folder_of_that_source()
    {
        Assert.Multiple(() =>
        {
            Assert.That(ByColdkey.FoldersOf(Accounts.Dave, Reddit), Is.EqualTo(new[] { new Folder($"data/reddit/{Dave}/", Reddit) }));
            Assert.That(ByColdkey.FoldersOf(Accounts.Dave, SourceOf("other")), Is.Empty);
            Assert.That(ByHotkey.FoldersOf(Accounts.Bob, X), Is.Empty);
        });
    }

    [TestCase("data/x/5Fab/a.parquet", true)]
    [TestCase("data/x/5Fab/sub/a b%2F+=.parquet", true)]
    [TestCase("data/x/5Fab/..a/b..", true)]
    [TestCase("data/x/5Fab//a", true)]
    [TestCase("data/x/5Fab/", false)]
    [TestCase("data/x/5Fab", false)]
    [TestCase("data/x/5Fabc/a.parquet", false)]
    [TestCase("data/x/5Fabc", false)]
    [TestCase("data/x/5fab/a.parquet", false)]
    [TestCase("/data/x/5Fab/a.parquet", false)]
    [TestCase("data/reddit/5Fab/a.parquet", false)]
    [TestCase("data/x/5Fab/../5Fac/a.parquet", false)]
    [TestCase("data/x/5Fab/sub/..", false)]
    [TestCase("data/x/5Fab/./a", false)]
    [TestCase("data/x/5Fab/.", false)]
    public void Folder_contains_keys_below_it_compared_by_segments(string key, bool isContained)
    {
        Assert.That(ObjectName.TryParse(key, out var name), Is.True);
        Assert.That(new Folder("data/x/5Fab/", X).Contains(name), Is.EqualTo(isContained));
    }

    [Test]
    public void Every_folder_ends_with_a_slash_so_that_it_contains_no_siblings_keys() =>
        Assert.That(
            ByColdkey.FoldersOf(Accounts.Dave).Concat(ByHotkey.FoldersOf(Accounts.Bob)).Select(folder => folder.Prefix),
            Has.All.EndsWith("/").And.All.StartsWith("data/"));

    [Test]
    public void Uid_of_a_coldkey_is_the_lowest_of_its_hotkeys()
    {
        var metagraph = new Metagraph("static", 46, 1, DateTimeOffset.UnixEpoch,
        [
            new Neuron(9, Accounts.Bob, Accounts.Dave, false, default, true),
            new Neuron(4, Accounts.Alice, Accounts.Dave, false, default, true),
        ]);

        Assert.Multiple(() =>
        {
            Assert.That(ByColdkey.UidOf(Accounts.Dave, metagraph), Is.EqualTo(4));
            Assert.That(ByColdkey.UidOf(Accounts.Bob, metagraph), Is.Null);
            Assert.That(ByHotkey.UidOf(Accounts.Bob, metagraph), Is.EqualTo(9));
            Assert.That(ByHotkey.UidOf(Accounts.Dave, metagraph), Is.Null);
        });
    }

    [Test]
    public void Layout_with_sources_rejects_no_sources_and_duplicate_sources()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => new FolderLayout(LayoutTemplate.Coldkey, [], 46), Throws.ArgumentException);
            Assert.That(() => new FolderLayout(LayoutTemplate.Coldkey, [X, X], 46), Throws.ArgumentException);
        });
    }

    [TestCase("x", true)]
    [TestCase("a-b_9", true)]
    [TestCase("12345678901234567890123456789012", true)]
    [TestCase("123456789012345678901234567890123", false)]
    [TestCase("", false)]
    [TestCase(null, false)]
    [TestCase("_x", false)]
    [TestCase("-x", false)]
    [TestCase("X", false)]
    [TestCase("x/y", false)]
    [TestCase("../../etc", false)]
    [TestCase("x ", false)]
    [TestCase("х", false, TestName = "Source_is_a_short_lowercase_name(cyrillic look-alike)")]
    public void Source_is_a_short_lowercase_name(string? text, bool good) =>
        Assert.That(Source.TryParse(text, out _), Is.EqualTo(good));

    private static JobId JobOf(string id) => JobId.TryParse(id, out var job) ? job : throw new ArgumentException(id, nameof(id));

    private static FileName NameOf(string name) =>
        FileName.TryParse(name, out var parsed) ? parsed : throw new ArgumentException(name, nameof(name));

    private static Source SourceOf(string name) =>
        Source.TryParse(name, out var source) ? source : throw new ArgumentException(name, nameof(name));

    [Test]
    public void Key_of_a_file_is_in_the_folder_of_its_job_or_of_its_miner()
    {
        var folder = ByColdkey.FoldersOf(Accounts.Dave)[1];
        var (job, name) = (JobOf("job-1"), NameOf("a b%2F."));

        Assert.Multiple(() =>
        {
            Assert.That(FolderLayout.KeyOf(folder, job: null, name).Key, Is.EqualTo($"data/reddit/{Dave}/a b%2F."));
            Assert.That(FolderLayout.KeyOf(folder, job, name).Key, Is.EqualTo($"data/reddit/{Dave}/job_id=job-1/a b%2F."));
            Assert.That(folder.Contains(FolderLayout.KeyOf(folder, job, name)), Is.True);
        });
    }

    [Test]
    public void Source_job_and_name_of_maximum_length_make_a_valid_key()
    {
        var folder = Layouts.ByColdkey(new string('s', 32)).FoldersOf(Accounts.Dave)[0];

        var key = FolderLayout.KeyOf(folder, JobOf(new string('j', 128)), NameOf(new string('n', 255))).Key;

        Assert.That(key, Has.Length.LessThan(ObjectName.MaxBytes));
    }

    [TestCase("job_id=1/", "1")]
    [TestCase("job_id=a b=/", null)]
    [TestCase("job_id=\ufffd/", null)]
    [TestCase("job_id=a\u0001/", null)]
    [TestCase("job_id=1/2/", null)]
    [TestCase("job_id=../", "..")]
    [TestCase("job_id=/", null)]
    [TestCase("job_id=12", null)]
    [TestCase("job=1/", null)]
    [TestCase("", null)]
    public void Job_is_read_from_its_folder(string name, string? expected)
    {
        var folder = ByHotkey.FoldersOf(Accounts.Bob)[0];

        Assert.That(FolderLayout.TryReadJob(folder, folder.Prefix + name, out var job), Is.EqualTo(expected is not null));
        Assert.That(job, Is.EqualTo(expected is null ? default : JobOf(expected)));
    }

    [TestCase(128, true)]
    [TestCase(129, false)]
    public void Job_has_at_most_128_characters(int length, bool good)
    {
        var folder = ByHotkey.FoldersOf(Accounts.Bob)[0];

        Assert.That(FolderLayout.TryReadJob(folder, $"{folder.Prefix}job_id={new string('j', length)}/", out _), Is.EqualTo(good));
    }

    [Test]
    public void Job_of_another_folder_is_rejected() => Assert.That(
        FolderLayout.TryReadJob(ByHotkey.FoldersOf(Accounts.Bob)[0], $"data/hotkey={Dave}/job_id=1/", out _), Is.False);
}
