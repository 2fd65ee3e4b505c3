using Microsoft.Extensions.DependencyInjection;

namespace S3Auth.Application;

/// <summary>Registers the Application layer. The caller registers an adapter for each port, and the Domain's rules.</summary>
public static class DependencyInjection
{
    /// <summary>Adds the use cases, and the pipeline that their requests pass first.</summary>
    public static IServiceCollection AddApplication(this IServiceCollection services, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);

        services.AddSingleton(time);
        services.AddSecurityModel();

        services.AddTransient<ServiceFactory>(provider => provider.GetRequiredService);
        services.AddTransient<IMediator, Mediator>();
        services.AddSingleton<GrantIssuer>();
        services.AddSingleton<DeploymentSeals>();
        services.AddSingleton<ListingLinks>();
        services.AddSingleton<UploadIds>();
        services.AddSingleton<ExistingFileFinder>();
        services.AddScoped<CallersUploads>();
        services.AddScoped<CallersSessions>();
        services.AddSingleton<SessionCache>();
        services.AddSingleton<FolderOwnerResolver>();
        services.AddSingleton<MinerDiscovery>();
        services.AddScoped<FilePageReader>();
        services.AddSingleton<StoreProbe>();
        services.AddSingleton<TotalCount>();
        services.AddSingleton<RecentAnswers>();
        services.AddSingleton<ActivityCount>();
        services.AddSingleton<NewestUpload>();
        services.AddSingleton<StorageCount>();
        services.AddTransient<HealthReader>();
        services.AddTransient<ReadinessReader>();
        services.AddTransient<RateLimitReader>();
        services.AddSingleton(new ServiceStart(time.GetUtcNow()));
        services.AddSingleton<ServiceStop>();
        services.AddSingleton<ServiceWarmUp>();
        services.AddValidatorsFromAssemblyContaining<GetFolderAccessValidator>(ServiceLifetime.Singleton, includeInternalTypes: true);

        services.AddUseCase<GetFolderAccessCommand, FolderAccess, GetFolderAccessHandler>();
        services.AddUseCase<GetFileUploadUrlCommand, FileUploadUrl, GetFileUploadUrlHandler>();
        services.AddUseCase<GetFileUploadUrlsCommand, FileUploadUrls, GetFileUploadUrlsHandler>();
        services.AddUseCase<CreateMultipartUploadCommand, CreatedUpload, CreateMultipartUploadHandler>();
        services.AddUseCase<SignUploadPartsCommand, SignedParts, SignUploadPartsHandler>();
        services.AddUseCase<ListUploadPartsCommand, UploadedParts, ListUploadPartsHandler>();
        services.AddUseCase<CompleteMultipartUploadCommand, CompletedUpload, CompleteMultipartUploadHandler>();
        services.AddUseCase<AbortMultipartUploadCommand, AbortedUpload, AbortMultipartUploadHandler>();
        services.AddUseCase<ListMyFilesCommand, FileList, ListMyFilesHandler>();
        services.AddUseCase<GetSessionCredentialsCommand, SessionCredentials, GetSessionCredentialsHandler>();
        services.AddUseCase<GetValidatorAccessCommand, ValidatorAccess, GetValidatorAccessHandler>();
        services.AddUseCase<GetMinerSpecificAccessCommand, MinerSpecificAccess, GetMinerSpecificAccessHandler>();
        services.AddUseCase<GetMinerListCommand, MinerList, GetMinerListHandler>();
        services.AddUseCase<ListFilesCommand, FileList, ListFilesHandler>();
        services.AddUseCase<GetFolderPresignedUrlsCommand, FolderPresignedUrls, GetFolderPresignedUrlsHandler>();
        services.AddUseCase<GetFilePresignedUrlsCommand, FilePresignedUrls, GetFilePresignedUrlsHandler>();
        services.AddUseCase<GetListingQuery, ListingPage, GetListingHandler>();
        services.AddUseCase<GetHealthQuery, Health, GetHealthHandler>();
        services.AddUseCase<GetReadinessQuery, Readiness, GetReadinessHandler>();
        services.AddUseCase<GetRateLimitsQuery, RateLimits, GetRateLimitsHandler>();
        services.AddUseCase<GetCommitmentFormatsQuery, CommitmentFormats, GetCommitmentFormatsHandler>();
        services.AddUseCase<GetStructureQuery, Structure, GetStructureHandler>();
        services.AddUseCase<GetHotkeyQuery, HotkeyStatus, GetHotkeyHandler>();
        services.AddUseCase<GetColdkeyQuery, OwnedHotkeys, GetColdkeyHandler>();
        services.AddUseCase<GetStatusQuery, Status, GetStatusHandler>();

        return services;
    }

    private static void AddUseCase<TRequest, TResponse, THandler>(this IServiceCollection services)
        where TRequest : IRequest<TResponse>
        where THandler : class, IRequestHandler<TRequest, TResponse> =>
        services.AddTransient<IRequestHandler<TRequest, TResponse>, THandler>();
}
