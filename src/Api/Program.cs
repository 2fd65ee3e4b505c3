using S3Auth.Api;

if (args is [HealthCheck.Argument, .. var settings])
{
    return await HealthCheck.RunAsync(settings, Console.Out);
}

try
{
    await Composition.RunAsync(args);
    return 0;
}
catch (ConfigurationException problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return 1;
}
