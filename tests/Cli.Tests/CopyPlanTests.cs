namespace S3Auth.Cli.Tests;

public sealed class CopyPlanTests
{
    [Test]
    public void Last_path_is_the_destination_of_an_upload()
    {
        var plan = CopyPlan.Of(["a.bin", "b.bin", ":folder/"], isRecursive: false);

        Assert.That((plan.IsUpload, plan.Remote), Is.EqualTo((true, new RemotePath(Profile: null, "folder/"))));
        Assert.That(plan.Local, Is.EqualTo(["a.bin", "b.bin"]));
    }

    [Test]
    public void Last_path_is_the_destination_of_a_download()
    {
        var plan = CopyPlan.Of(["main:a.bin", "main:b.bin", "."], isRecursive: false);

        Assert.That(plan.IsUpload, Is.False);
        Assert.That(plan.Remotes.Select(remote => remote.Path), Is.EqualTo(["a.bin", "b.bin"]));
        Assert.That(plan.Local, Is.EqualTo(["."]));
    }

    [TestCase("-", ":a.bin", ExpectedResult = true)]
    [TestCase(":a.bin", "-", ExpectedResult = false)]
    public bool Hyphen_stands_for_stdin_or_stdout(string source, string target) =>
        CopyPlan.Of([source, target], isRecursive: false).IsUpload;

    [TestCase(false, "a", "b", TestName = "Neither path is remote")]
    [TestCase(false, ":a", ":b", TestName = "Both paths are remote")]
    [TestCase(false, "-", "b", TestName = "stdin to a local file")]
    [TestCase(false, "a", ":b", "c", TestName = "A local and a remote source")]
    [TestCase(false, "aa:x", "bb:y", ".", TestName = "Sources of two profiles")]
    [TestCase(false, "-", ":", TestName = "stdin without a name")]
    [TestCase(false, "-", ":folder/", TestName = "stdin into a folder")]
    [TestCase(false, ":a", ":b", "-", TestName = "Two files to stdout")]
    [TestCase(true, ":a", "-", TestName = "A folder to stdout")]
    [TestCase(true, "a", "b", ":", TestName = "Two folders")]
    public void Paths_that_cannot_be_copied_are_refused(bool isRecursive, params string[] paths) =>
        Assert.That(() => CopyPlan.Of(paths, isRecursive), Throws.TypeOf<UsageException>());
}
