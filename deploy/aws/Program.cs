using S3Auth.Deploy.Aws;

try
{
    // The CDK's command line names the folder; without it, the CDK's default.
    Deployment.Define(Environment.GetEnvironmentVariable("CDK_OUTDIR") ?? "cdk.out").Synth();
    return 0;
}
catch (SettingsException problems)
{
    await Console.Error.WriteLineAsync(problems.Message);
    return 1;
}
