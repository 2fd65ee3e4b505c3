namespace S3Auth.Cli.Tests;

public sealed class StructureExtensionsTests
{
    [TestCase("data/hotkey={hotkey}/", "data/hotkey=5F/job_id=default/a.bin", "default")]
    [TestCase("weights/{hotkey}/", "weights/5F/a.bin", null)]
    [TestCase("weights/{hotkey}/job_id=7/", "weights/5F/job_id=7/a.bin", null)]
    [TestCase("job_id=7/{coldkey}/", "job_id=7/5F/a.bin", null)]
    public void Default_job_is_read_from_below_the_folder_of_the_miner(string structure, string example, string? job) =>
        Assert.That(new Structure { Folder_structure = structure, Example_paths = [example] }.DefaultJob(), Is.EqualTo(job));
}
