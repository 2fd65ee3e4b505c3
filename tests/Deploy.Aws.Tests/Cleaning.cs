namespace S3Auth.Deploy.Aws.Tests;

/// <summary>After all tests.</summary>
[SetUpFixture]
public sealed class Cleaning
{
    [OneTimeTearDown]
    public void Remove() => Synthesised.Remove();
}
