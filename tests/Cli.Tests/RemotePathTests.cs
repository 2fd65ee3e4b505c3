namespace S3Auth.Cli.Tests;

public sealed class RemotePathTests
{
    [TestCase(":", null, "")]
    [TestCase(":.", null, "")]
    [TestCase(":/", null, "")]
    [TestCase(":a/b.bin", null, "a/b.bin")]
    [TestCase(":/a/b.bin", null, "a/b.bin")]
    [TestCase(":a:b", null, "a:b")]
    [TestCase("main:a/b.bin", "main", "a/b.bin")]
    [TestCase("test-net_2.x:", "test-net_2.x", "")]
    [TestCase(":../a", null, "../a")]
    public void Remote_path_has_a_profile_and_a_path(string text, string? profile, string path) =>
        Assert.That(RemotePath.Read(text), Is.EqualTo(new RemotePath(profile, path)));

    [TestCase("a.bin")]
    [TestCase("folder/a:b")]
    [TestCase(@"c:\data\a.bin")]
    [TestCase("c:a.bin")]
    [TestCase("./main:a")]
    [TestCase("größe:a")]
    [TestCase("")]
    public void Local_path_is_not_remote(string text) => Assert.That(RemotePath.Read(text), Is.Null);

    [TestCase("a.bin", null, "a.bin")]
    [TestCase("c:a.bin", null, "c:a.bin")]
    [TestCase("/a.bin", null, "a.bin")]
    [TestCase(".", null, "")]
    [TestCase("main:a.bin", "main", "a.bin")]
    public void Colon_may_be_left_out_where_paths_are_always_remote(string text, string? profile, string path) =>
        Assert.That(RemotePath.ReadRemote(text), Is.EqualTo(new RemotePath(profile, path)));

    [TestCase("", "a/b.bin", "a/b.bin")]
    [TestCase("a", "a/b.bin", "b.bin")]
    [TestCase("a/", "a/b.bin", "b.bin")]
    [TestCase("a", "a", "a")]
    [TestCase("x/a", "x/a", "a")]
    [TestCase("a/", "a", null)]
    [TestCase("a", "ab/c.bin", null)]
    [TestCase("a", "b/a/c.bin", null)]
    public void Path_of_a_file_is_relative_to_the_folder(string root, string path, string? expected) =>
        Assert.That(new RemotePath(Profile: null, root).RelativeOf(path), Is.EqualTo(expected));

    [TestCase("a.bin", null, "job_id=default/a.bin")]
    [TestCase("a.bin", "j", "job_id=j/a.bin")]
    [TestCase("job_id=k/a.bin", "j", "job_id=k/a.bin")]
    [TestCase("", "j", "")]
    public void Path_is_in_the_folder_of_a_job_where_files_belong_to_jobs(string path, string? job, string expected)
    {
        var structure = new Structure
        {
            Folder_structure = "data/hotkey={hotkey}/",
            Sources = [],
            Example_paths = ["data/hotkey=5DRU/job_id=default/a.parquet"],
        };

        Assert.That(new RemotePath(Profile: null, path).InJobOf(structure, job).Path, Is.EqualTo(expected));
    }

    [TestCase("a.bin", null, "a.bin")]
    [TestCase("job_id=k/a/b.bin", "k", "a/b.bin")]
    [TestCase("job_id=k", null, "job_id=k")]
    public void Job_is_a_part_of_the_path(string path, string? job, string rest) =>
        Assert.That(new RemotePath(Profile: null, path).SplitJob(), Is.EqualTo((job, rest)));

    // Each page of a listing costs a grant.
    [TestCase("a", "a.bin", ExpectedResult = false)]
    [TestCase("a", "a/b.bin", ExpectedResult = false)]
    [TestCase("a", "ab.bin", ExpectedResult = true)]
    [TestCase("a/", "a/zz", ExpectedResult = false)]
    public bool Listing_ends_behind_the_folder(string root, string path) => new FileFilter(null, null, null, null)
    {
        Layout = KeyLayoutTests.LayoutOf("data/{hotkey}/"),
        Root = new RemotePath(Profile: null, root),
    }.IsPast(new RemoteFile
    {
        Key = "data/5DRU/" + path,
        Size = 1,
        LastModified = default,
        ETag = "e",
        Owner = default,
        Url = null,
        UrlEndsAt = default,
    });
}
