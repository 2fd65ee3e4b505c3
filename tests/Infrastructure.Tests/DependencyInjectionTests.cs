using Microsoft.Extensions.Hosting;
using Moq;

namespace S3Auth.Infrastructure.Tests;

public sealed class DependencyInjectionTests
{
    [Test]
    public async Task AddS3Storage_registers_a_signer_and_a_store()
    {
        await using var services = new ServiceCollection().AddLogging()
            .AddS3Storage(Options(new SigningCredentials("AKIA", "secret")), SessionIssuerOptions.Off)
            .BuildServiceProvider();

        Assert.That(services.GetRequiredService<IUrlSigner>().At(DateTimeOffset.UnixEpoch).CredentialsEnd, Is.Null);
        Assert.That(services.GetRequiredService<IObjectStore>().Info.Bucket, Is.EqualTo("bucket-1"));
    }

    [Test]
    public async Task AddS3Storage_renews_credentials_unless_they_are_fixed()
    {
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(Layouts.ByHotkey)
            .AddSingleton(FileSizeLimits.Default)
            .AddS3Storage(Options(credentials: null), SessionIssuerOptions.Off).BuildServiceProvider();

        Assert.That(
            services.GetServices<IHostedService>().Select(service => service.GetType()),
            Is.EqualTo(new[] { typeof(CredentialRefresher), typeof(StoreMonitor), typeof(StoreReporter) }));
    }

    [Test]
    public async Task AddHotkeyPreparation_prepares_the_verifier_of_the_requests()
    {
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddSingleton(Mock.Of<IMetagraph>())
            .AddSignatures()
            .AddHotkeyPreparation()
            .BuildServiceProvider();

        Assert.That(services.GetRequiredService<ISignatureVerifier>(), Is.SameAs(services.GetRequiredService<Sr25519SignatureVerifier>()));
        Assert.That(services.GetServices<IHostedService>().Single(), Is.TypeOf<HotkeyPreparation>());
    }

    [Test]
    public async Task AddAccessRules_watches_the_file_if_there_is_one()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "{}");
            await using var watched = new ServiceCollection()
                .AddLogging()
                .AddSingleton(TimeProvider.System)
                .AddAccessRules(file)
                .BuildServiceProvider();
            await using var none = new ServiceCollection().AddAccessRules(file: null).BuildServiceProvider();

            Assert.Multiple(() =>
            {
                Assert.That(watched.GetServices<IHostedService>(), Has.One.SameAs(watched.GetRequiredService<IAccessRules>()));
                Assert.That(none.GetServices<IHostedService>(), Is.Empty);
                Assert.That(none.GetRequiredService<IAccessRules>().Current.Denials, Is.Zero);
            });
        }
        finally
        {
            File.Delete(file);
        }
    }

    [TestCase(0, typeof(MeteredObjectStore))]
    [TestCase(2, typeof(CachedObjectStore))]
    public async Task AddS3Storage_caches_listings_if_configured(int seconds, Type store)
    {
        await using var services = Services(new StoreUsage { ListingLifetime = TimeSpan.FromSeconds(seconds) });

        Assert.That(services.GetRequiredService<IObjectStore>(), Is.InstanceOf(store));
    }

    [TestCase(UploadMethod.Post)]
    [TestCase(UploadMethod.Put)]
    public async Task AddS3Storage_starts_with_unknown_support_for_PUT(UploadMethod method)
    {
        await using var services = Services(new StoreUsage { UploadMethod = method });

        Assert.That(
            services.GetServices<IHostedService>().Select(service => service.GetType()),
            Is.EqualTo(new[] { typeof(StoreMonitor), typeof(StoreReporter) }),
            "Fixed keys are not renewed.");
        Assert.That(services.GetRequiredService<IStoreState>().Current.Capabilities.PutUploads, Is.EqualTo(PutUploads.Unknown));
    }

    private static ServiceProvider Services(StoreUsage usage) => new ServiceCollection()
        .AddLogging()
        .AddSingleton(Layouts.ByHotkey).AddSingleton(FileSizeLimits.Default)
        .AddS3Storage(
            new StorageOptions
            {
                Bucket = "bucket-1",
                Region = "us-east-2",
                Credentials = new SigningCredentials("AKIA", "secret"),
                Usage = usage,
            },
            SessionIssuerOptions.Off)
        .BuildServiceProvider();

    [TestCase("us/east")]
    [TestCase("")]
    public void AddS3Storage_refuses_a_region_that_cannot_be_signed(string region) =>
        Assert.Throws<ArgumentException>(() =>
            new ServiceCollection().AddS3Storage(new StorageOptions { Bucket = "bucket-1", Region = region }, SessionIssuerOptions.Off));

    [TestCase(SessionMode.Off, false)]
    [TestCase(SessionMode.Sts, true)]
    [TestCase(SessionMode.R2, true)]
    public async Task AddS3Storage_tests_sessions_only_if_it_issues_them(SessionMode mode, bool tests)
    {
        await using var services = new ServiceCollection().AddLogging()
            .AddSingleton(Layouts.ByHotkey)
            .AddSingleton(FileSizeLimits.Default)
            .AddS3Storage(
                Options(new SigningCredentials("AKIA", "secret")),
                new SessionIssuerOptions { Mode = mode, RoleArn = "arn:aws:iam::1:role/s" })
            .BuildServiceProvider();

        Assert.That(services.GetRequiredService<ISessionIssuer>().Mode, Is.EqualTo(mode));
        Assert.That(services.GetServices<IHostedService>().OfType<SessionMonitor>().Any(), Is.EqualTo(tests));
        Assert.That(services.GetService<SessionProbe>() is not null, Is.EqualTo(tests));
        Assert.That(services.GetRequiredService<IStoreDoctor>(), Is.Not.Null);
    }

    private static StorageOptions Options(SigningCredentials? credentials) =>
        new() { Bucket = "bucket-1", Region = "us-east-2", Credentials = credentials };
}
