using S3Auth.Deploy.Aws;

try
{
    // The CDK's command line says where; without it, where it would look itself.
    Deployment.Define(Environment.GetEnvironmentVariable("CDK_OUTDIR") ?? "cdk.out").Synth();
    return 0;
}
catch (SettingsException problems)
{
    await Console.Error.WriteLineAsync(problems.Message);
    return 1;
}
