using S3Auth.Api;

switch (args)
{
    case [HealthCheck.Argument, .. var settings]:
        return await HealthCheck.RunAsync(settings, Console.Out);
    case [DoctorCommand.Argument, .. var options]:
        return await DoctorCommand.RunAsync(options, Console.Out);
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
