namespace S3Auth.Api.Tests;

/// <summary>The arguments of the doctor. The end-to-end tests have its reports.</summary>
public sealed class DoctorCommandTests
{
    [TestCase("json")]
    [TestCase("--jsn")]
    [TestCase("--help")]
    [TestCase("-h")]
    [TestCase("-x=1")]
    [TestCase("S3_BUCKET=bucket-1")]
    public async Task Unknown_argument_is_named_and_nothing_is_checked(string argument)
    {
        using var output = new StringWriter();

        var code = await DoctorCommand.RunAsync(["--json", argument], output);

        Assert.That(code, Is.EqualTo(2));
        Assert.That(output.ToString(), Does.StartWith($"Unknown argument {argument}. Usage: "));
    }

    [Test]
    public async Task Setting_on_the_command_line_counts()
    {
        using var output = new StringWriter();

        var code = await DoctorCommand.RunAsync(["--S3_BUCKET=Not a bucket"], output);

        Assert.That(code, Is.EqualTo(1));
        Assert.That(output.ToString(), Does.Contain("S3_BUCKET is 'Not a bucket'"));
    }
}
