namespace S3Auth.Api.Tests;

/// <summary>The arguments of the doctor. The end-to-end tests have its reports.</summary>
public sealed class DoctorCommandTests
{
    // The keys come from the machine. Without this, the SDK looks for a role of an EC2 instance.
    [OneTimeSetUp]
    public void DisableRoles() => Environment.SetEnvironmentVariable("AWS_EC2_METADATA_DISABLED", "true");

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
        Assert.That(output.ToString(), Does.Contain("S3_BUCKET is 'Not a bucket'").And.Not.Contain("endpoint"));
    }

    [Test]
    public async Task Store_is_checked_although_another_setting_is_wrong_and_an_unknown_one_is_a_warning()
    {
        using var output = new StringWriter();

        var code = await DoctorCommand.RunAsync(
            ["--json", "--S3_BUCKET=bucket-1", "--S3_ENDPOINT=http://127.0.0.1:1", "--PORT=0", "--S3_BUKET=b"], output);

        Assert.That(code, Is.EqualTo(1));
        var checks = JsonNode.Parse(output.ToString())!["checks"]!.AsArray()
            .Select(check => $"{check!["name"]} {check["result"]} {check["finding"]}")
            .ToList();
        Assert.That(checks, Has.Some.Match("^settings fail PORT").And.Some.Match("^settings warn .*Did you mean S3_BUCKET"));
        Assert.That(checks, Has.None.StartsWith("settings ok").And.Some.StartsWith("endpoint "));
    }
}
