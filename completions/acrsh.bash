# Completion of acrsh for bash. Made by scripts/generate; do not edit.
# Install it as /usr/share/bash-completion/completions/acrsh, or read it with `source`.

_acrsh_names=() _acrsh_flags=() _acrsh_values=()

_acrsh_load() {
  local name flag values help
  while IFS=$'\t' read -r name flag values help; do
    _acrsh_names+=("$name")
    _acrsh_flags+=("$flag")
    _acrsh_values+=("$values")
  done <<'END'
Connect-AzAccount	-	-	Signs in to Azure for this session
Connect-AzAccount	-AccountId	*	with --service-principal its application id; with --identity the identity’s client, object or resource id
Connect-AzAccount	-ApplicationId	*	with --service-principal its application id; with --identity the identity’s client, object or resource id
Connect-AzAccount	-AuthScope	*	the scope of the first token
Connect-AzAccount	-CertificatePassword	*	the password of the certificate’s file
Connect-AzAccount	-CertificatePath	FILE	the service principal’s certificate and key, PEM or PFX
Connect-AzAccount	-FederatedToken	*	a token of another issuer that the service principal trusts
Connect-AzAccount	-Identity	-	a managed identity of this machine
Connect-AzAccount	-ManagedService	-	a managed identity of this machine
Connect-AzAccount	-SendCertificateChain	-	sends the certificate with its chain, for trust by subject name and issuer
Connect-AzAccount	-ServicePrincipal	-	a service principal: with --username, --tenant and one kind of credential
Connect-AzAccount	-Subscription	*	the subscription to work in, by name or id
Connect-AzAccount	-SubscriptionId	*	the subscription to work in, by name or id
Connect-AzAccount	-Tenant	*	the tenant, by its id or domain
Connect-AzAccount	-TenantId	*	the tenant, by its id or domain
Connect-AzAccount	-UseDeviceAuthentication	-	signs in a person with a browser on any device
Connect-AzContainerRegistry	-	-	Signs in to a registry for this session
Connect-AzContainerRegistry	-ExposeToken	-	returns the account’s token for the registry instead of storing it
Connect-AzContainerRegistry	-Name	*	the registry: a name or a host
Connect-AzContainerRegistry	-Password	*	the password or access token; prompted for if it is missing
Connect-AzContainerRegistry	-UserName	*	the user; none with an access token
Disconnect-AzAccount	-	-	Signs out of Azure and removes a saved sign-in
Disconnect-AzAccount	-Username	*	only if it is this account that is signed in
Get-AzAccessToken	-	-	Gets an access token for the account
Get-AzAccessToken	-Resource	*	what it is for, such as https://containerregistry.azure.net
Get-AzAccessToken	-ResourceTypeName	arm,ms-graph,aad-graph,acr,oss-rdbms,batch,media,data-lake	a well-known resource
Get-AzAccessToken	-ResourceUri	*	what it is for, such as https://containerregistry.azure.net
Get-AzAccessToken	-ResourceUrl	*	what it is for, such as https://containerregistry.azure.net
Get-AzAccessToken	-TenantId	*	a tenant other than the current subscription’s
Get-AzContainerRegistry	-	-	Lists the account’s Azure registries, in all its subscriptions
Get-AzContainerRegistry	-ResourceGroupName	*	only those of one resource group
Get-AzContainerRegistry	-SubscriptionId	*	only those of one subscription, by name or id
Get-AzContainerRegistryCredential	-	-	Gets the admin user of an Azure registry and its passwords
Get-AzContainerRegistryCredential	-ContainerRegistryName	*	the registry: its name, login server or resource id
Get-AzContainerRegistryCredential	-Id	*	the registry: its name, login server or resource id
Get-AzContainerRegistryCredential	-Name	*	the registry: its name, login server or resource id
Get-AzContainerRegistryCredential	-RegistryName	*	the registry: its name, login server or resource id
Get-AzContainerRegistryCredential	-ResourceGroupName	*	the resource group of the registry
Get-AzContainerRegistryCredential	-ResourceId	*	the registry: its name, login server or resource id
Get-AzContainerRegistryCredential	-ResourceName	*	the registry: its name, login server or resource id
Get-AzContainerRegistryCredential	-SubscriptionId	*	the subscription of the registry, by name or id
Get-AzContainerRegistryManifest	-	-	Lists the manifests of a repository with their tags, platforms and sizes
Get-AzContainerRegistryManifest	-RegistryName	*	the registry: a name, a host, or oci:PATH
Get-AzContainerRegistryManifest	-RepositoryName	*	the repository
Get-AzContainerRegistryRepository	-	-	Lists the repositories of a registry
Get-AzContainerRegistryRepository	-First	*	at most this many
Get-AzContainerRegistryRepository	-RegistryName	*	the registry: a name or a host
Get-AzContainerRegistryScopeMap	-	-	Shows a scope map of an Azure registry
Get-AzContainerRegistryScopeMap	-Name	*	its name
Get-AzContainerRegistryScopeMap	-RegistryName	*	the registry: its name, login server or resource id
Get-AzContainerRegistryScopeMap	-ResourceGroupName	*	the resource group of the registry
Get-AzContainerRegistryScopeMap	-ScopeMapName	*	its name
Get-AzContainerRegistryScopeMap	-SubscriptionId	*	the subscription of the registry, by name or id
Get-AzContainerRegistryTag	-	-	Lists the tags of a repository
Get-AzContainerRegistryTag	-RegistryName	*	the registry: a name, a host, or oci:PATH
Get-AzContainerRegistryTag	-RepositoryName	*	the repository; not needed for a folder
Get-AzContainerRegistryToken	-	-	Shows a token of an Azure registry, without its passwords
Get-AzContainerRegistryToken	-Name	*	its name
Get-AzContainerRegistryToken	-RegistryName	*	the registry: its name, login server or resource id
Get-AzContainerRegistryToken	-ResourceGroupName	*	the resource group of the registry
Get-AzContainerRegistryToken	-SubscriptionId	*	the subscription of the registry, by name or id
Get-AzContainerRegistryToken	-TokenName	*	its name
Get-AzContainerRegistryUsage	-	-	Shows how much of an Azure registry’s quotas is used
Get-AzContainerRegistryUsage	-Name	*	the registry: its name, login server or resource id
Get-AzContainerRegistryUsage	-RegistryName	*	the registry: its name, login server or resource id
Get-AzContainerRegistryUsage	-ResourceGroupName	*	the resource group of the registry
Get-AzContainerRegistryUsage	-SubscriptionId	*	the subscription of the registry, by name or id
Get-AzContext	-	-	Shows the account, the cloud and the subscription
Get-AzEnvironment	-	-	Lists the known clouds, with their addresses
Get-AzSubscription	-	-	Lists the subscriptions of the account
Import-AzContainerRegistryImage	-	-	Copies an image or any other artifact into a registry, without Docker
Import-AzContainerRegistryImage	-Mode	Force,NoForce	
Import-AzContainerRegistryImage	-NoWait	-	returns once Azure has started; `operation wait` waits for the end
Import-AzContainerRegistryImage	-Password	*	the password or token for the source’s registry
Import-AzContainerRegistryImage	-RegistryName	*	the registry to import into: a name, a host, or oci:PATH
Import-AzContainerRegistryImage	-ResourceGroupName	*	the resource group of the registry to import into
Import-AzContainerRegistryImage	-SourceImage	*	a part of --source
Import-AzContainerRegistryImage	-SourceRegistryResourceId	*	the source’s registry: a name, a host or a resource id
Import-AzContainerRegistryImage	-SourceRegistryUri	*	a part of --source
Import-AzContainerRegistryImage	-SourceResourceId	*	the source’s registry: a name, a host or a resource id
Import-AzContainerRegistryImage	-SubscriptionId	*	the subscription of the registry to import into, by name or id
Import-AzContainerRegistryImage	-TargetTag	*	the image’s repository:tag in the target
Import-AzContainerRegistryImage	-UntaggedTargetRepository	*	a repository to import into without a tag
Import-AzContainerRegistryImage	-Username	*	the user for the source’s registry
New-AzContainerRegistryCredentials	-	-	Makes new passwords for a token of an Azure registry
New-AzContainerRegistryCredentials	-Expiry	*	when the passwords end: 2027-01-31T00:00:00Z
New-AzContainerRegistryCredentials	-Name	password1,password2	
New-AzContainerRegistryCredentials	-RegistryName	*	the registry: its name, login server or resource id
New-AzContainerRegistryCredentials	-ResourceGroupName	*	the resource group of the registry
New-AzContainerRegistryCredentials	-SubscriptionId	*	the subscription of the registry, by name or id
New-AzContainerRegistryCredentials	-TokenId	*	its name
New-AzContainerRegistryScopeMap	-	-	Makes a scope map: what tokens that name it may do in repositories
New-AzContainerRegistryScopeMap	-Action	*	a repository and what is allowed there: NAME content/read metadata/read
New-AzContainerRegistryScopeMap	-Description	*	what it is for
New-AzContainerRegistryScopeMap	-Name	*	its name
New-AzContainerRegistryScopeMap	-RegistryName	*	the registry: its name, login server or resource id
New-AzContainerRegistryScopeMap	-ResourceGroupName	*	the resource group of the registry
New-AzContainerRegistryScopeMap	-ScopeMapName	*	its name
New-AzContainerRegistryScopeMap	-SubscriptionId	*	the subscription of the registry, by name or id
New-AzContainerRegistryToken	-	-	Makes a token of an Azure registry, with two passwords
New-AzContainerRegistryToken	-Name	*	its name
New-AzContainerRegistryToken	-RegistryName	*	the registry: its name, login server or resource id
New-AzContainerRegistryToken	-ResourceGroupName	*	the resource group of the registry
New-AzContainerRegistryToken	-ScopeMapId	*	what it may: the name of a scope map, or its resource id
New-AzContainerRegistryToken	-Status	enabled,disabled	whether it works
New-AzContainerRegistryToken	-SubscriptionId	*	the subscription of the registry, by name or id
New-AzContainerRegistryToken	-TokenName	*	its name
Remove-AzContainerRegistryManifest	-	-	Deletes a manifest with all its tags
Remove-AzContainerRegistryManifest	-Force	-	do not ask
Remove-AzContainerRegistryManifest	-Manifest	*	a part of --name
Remove-AzContainerRegistryManifest	-RegistryName	*	the registry: a name, a host, or oci:PATH
Remove-AzContainerRegistryManifest	-RepositoryName	*	a part of --name
Remove-AzContainerRegistryRepository	-	-	Deletes a repository of an Azure registry, or an image with all its tags
Remove-AzContainerRegistryRepository	-Force	-	do not ask
Remove-AzContainerRegistryRepository	-Name	*	the whole repository
Remove-AzContainerRegistryRepository	-RegistryName	*	the registry: a name or a host
Remove-AzContainerRegistryScopeMap	-	-	Deletes a scope map of an Azure registry, so that its tokens may do nothing any more
Remove-AzContainerRegistryScopeMap	-Name	*	its name
Remove-AzContainerRegistryScopeMap	-RegistryName	*	the registry: its name, login server or resource id
Remove-AzContainerRegistryScopeMap	-ResourceGroupName	*	the resource group of the registry
Remove-AzContainerRegistryScopeMap	-ScopeMapName	*	its name
Remove-AzContainerRegistryScopeMap	-SubscriptionId	*	the subscription of the registry, by name or id
Remove-AzContainerRegistryTag	-	-	Removes a tag; the image stays
Remove-AzContainerRegistryTag	-Name	*	a part of --image
Remove-AzContainerRegistryTag	-RegistryName	*	the registry: a name or a host
Remove-AzContainerRegistryTag	-RepositoryName	*	a part of --image
Remove-AzContainerRegistryToken	-	-	Deletes a token of an Azure registry, so that its passwords open nothing any more
Remove-AzContainerRegistryToken	-Name	*	its name
Remove-AzContainerRegistryToken	-RegistryName	*	the registry: its name, login server or resource id
Remove-AzContainerRegistryToken	-ResourceGroupName	*	the resource group of the registry
Remove-AzContainerRegistryToken	-SubscriptionId	*	the subscription of the registry, by name or id
Remove-AzContainerRegistryToken	-TokenName	*	its name
Set-AzContext	-	-	Sets the default subscription
Set-AzContext	-Subscription	*	the subscription, by name or id
Set-AzContext	-SubscriptionId	*	the subscription, by name or id
Test-AzContainerRegistryNameAvailability	-	-	Tells whether a name is free for a new Azure registry
Test-AzContainerRegistryNameAvailability	-Name	*	the name
Test-AzContainerRegistryNameAvailability	-SubscriptionId	*	the subscription, by name or id
Update-AzContainerRegistryCredential	-	-	Makes a new password for the admin user of an Azure registry
Update-AzContainerRegistryCredential	-ContainerRegistryName	*	the registry: its name, login server or resource id
Update-AzContainerRegistryCredential	-Id	*	the registry: its name, login server or resource id
Update-AzContainerRegistryCredential	-Name	*	the registry: its name, login server or resource id
Update-AzContainerRegistryCredential	-PasswordName	password,password2	which of the two is made anew
Update-AzContainerRegistryCredential	-RegistryName	*	the registry: its name, login server or resource id
Update-AzContainerRegistryCredential	-ResourceGroupName	*	the resource group of the registry
Update-AzContainerRegistryCredential	-ResourceId	*	the registry: its name, login server or resource id
Update-AzContainerRegistryCredential	-ResourceName	*	the registry: its name, login server or resource id
Update-AzContainerRegistryCredential	-SubscriptionId	*	the subscription of the registry, by name or id
Update-AzContainerRegistryManifest	-	-	Sets the locks of a tag or a manifest of an Azure registry
Update-AzContainerRegistryManifest	-DeleteEnabled	*	whether it may be deleted
Update-AzContainerRegistryManifest	-ListEnabled	*	whether lists show it
Update-AzContainerRegistryManifest	-Manifest	*	a part of --name
Update-AzContainerRegistryManifest	-ReadEnabled	*	whether it may be pulled
Update-AzContainerRegistryManifest	-RegistryName	*	the registry: a name, a host, or oci:PATH
Update-AzContainerRegistryManifest	-RepositoryName	*	a part of --name
Update-AzContainerRegistryManifest	-WriteEnabled	*	whether it may be overwritten
Update-AzContainerRegistryRepository	-	-	Sets the locks of a repository, a tag or a manifest of an Azure registry
Update-AzContainerRegistryRepository	-DeleteEnabled	*	whether it may be deleted
Update-AzContainerRegistryRepository	-ListEnabled	*	whether lists show it
Update-AzContainerRegistryRepository	-Name	*	the whole repository
Update-AzContainerRegistryRepository	-ReadEnabled	*	whether it may be pulled
Update-AzContainerRegistryRepository	-RegistryName	*	the registry: a name or a host
Update-AzContainerRegistryRepository	-WriteEnabled	*	whether it may be overwritten
Update-AzContainerRegistryScopeMap	-	-	Changes what a scope map allows
Update-AzContainerRegistryScopeMap	-Description	*	what it is for
Update-AzContainerRegistryScopeMap	-Name	*	its name
Update-AzContainerRegistryScopeMap	-RegistryName	*	the registry: its name, login server or resource id
Update-AzContainerRegistryScopeMap	-ResourceGroupName	*	the resource group of the registry
Update-AzContainerRegistryScopeMap	-ScopeMapName	*	its name
Update-AzContainerRegistryScopeMap	-SubscriptionId	*	the subscription of the registry, by name or id
Update-AzContainerRegistryTag	-	-	Sets the locks of a tag or a manifest of an Azure registry
Update-AzContainerRegistryTag	-DeleteEnabled	*	whether it may be deleted
Update-AzContainerRegistryTag	-ListEnabled	*	whether lists show it
Update-AzContainerRegistryTag	-Name	*	a part of --name
Update-AzContainerRegistryTag	-ReadEnabled	*	whether it may be pulled
Update-AzContainerRegistryTag	-RegistryName	*	the registry: a name, a host, or oci:PATH
Update-AzContainerRegistryTag	-RepositoryName	*	a part of --name
Update-AzContainerRegistryTag	-WriteEnabled	*	whether it may be overwritten
Update-AzContainerRegistryToken	-	-	Changes what a token of an Azure registry may, or disables it
Update-AzContainerRegistryToken	-Name	*	its name
Update-AzContainerRegistryToken	-RegistryName	*	the registry: its name, login server or resource id
Update-AzContainerRegistryToken	-ResourceGroupName	*	the resource group of the registry
Update-AzContainerRegistryToken	-ScopeMapId	*	what it may: the name of a scope map, or its resource id
Update-AzContainerRegistryToken	-Status	enabled,disabled	whether it works
Update-AzContainerRegistryToken	-SubscriptionId	*	the subscription of the registry, by name or id
Update-AzContainerRegistryToken	-TokenName	*	its name
abbr	-	-	Defines a word that the prompt writes out
abbr	--remove	-	forgets the abbreviation
account clear	-	-	Signs out of Azure and removes a saved sign-in
account clear	--debug	-	lists its requests on standard error, and says how long it took
account clear	--only-show-errors	-	no notes and warnings
account clear	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
account clear	--query	*	picks from the result with a JMESPath expression
account clear	--username	*	only if it is this account that is signed in
account clear	--verbose	-	says how long it took
account clear	--wide	-	all columns, with whole digests and exact times, as `--output wide`
account clear	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
account get-access-token	-	-	Gets an access token as the Azure CLI prints it
account get-access-token	--debug	-	lists its requests on standard error, and says how long it took
account get-access-token	--only-show-errors	-	no notes and warnings
account get-access-token	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
account get-access-token	--query	*	picks from the result with a JMESPath expression
account get-access-token	--resource	*	what it is for, such as https://containerregistry.azure.net
account get-access-token	--resource-type	arm,ms-graph,aad-graph,acr,oss-rdbms,batch,media,data-lake	a well-known resource
account get-access-token	--reveal	-	gives the token as plain text
account get-access-token	--scope	*	the same as a scope, such as https://graph.microsoft.com/.default
account get-access-token	--subscription	*	the subscription whose tenant it is for, by name or id
account get-access-token	--tenant	*	a tenant other than the current subscription’s
account get-access-token	--verbose	-	says how long it took
account get-access-token	--wide	-	all columns, with whole digests and exact times, as `--output wide`
account get-access-token	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
account get-access-token	-s	*	the subscription whose tenant it is for, by name or id
account get-access-token	-t	*	a tenant other than the current subscription’s
account list	-	-	Lists the subscriptions of the account
account list	--all	-	accepted as the Azure CLI’s: all subscriptions are listed anyway
account list	--debug	-	lists its requests on standard error, and says how long it took
account list	--only-show-errors	-	no notes and warnings
account list	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
account list	--query	*	picks from the result with a JMESPath expression
account list	--refresh	-	accepted as the Azure CLI’s: the list is as old as the sign-in
account list	--verbose	-	says how long it took
account list	--wide	-	all columns, with whole digests and exact times, as `--output wide`
account list	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
account list-locations	-	-	Lists the regions of the subscription
account list-locations	--debug	-	lists its requests on standard error, and says how long it took
account list-locations	--include-extended-locations	*	edge zones, too
account list-locations	--only-show-errors	-	no notes and warnings
account list-locations	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
account list-locations	--query	*	picks from the result with a JMESPath expression
account list-locations	--subscription	*	the subscription, by name or id
account list-locations	--verbose	-	says how long it took
account list-locations	--wide	-	all columns, with whole digests and exact times, as `--output wide`
account list-locations	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
account list-locations	-s	*	the subscription, by name or id
account set	-	-	Sets the default subscription
account set	--debug	-	lists its requests on standard error, and says how long it took
account set	--only-show-errors	-	no notes and warnings
account set	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
account set	--query	*	picks from the result with a JMESPath expression
account set	--subscription	*	the subscription, by name or id
account set	--verbose	-	says how long it took
account set	--wide	-	all columns, with whole digests and exact times, as `--output wide`
account set	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
account set	-s	*	the subscription, by name or id
account show	-	-	Shows the subscription that commands work in
account show	--debug	-	lists its requests on standard error, and says how long it took
account show	--only-show-errors	-	no notes and warnings
account show	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
account show	--query	*	picks from the result with a JMESPath expression
account show	--subscription	*	another subscription than the current one, by name or id
account show	--verbose	-	says how long it took
account show	--wide	-	all columns, with whole digests and exact times, as `--output wide`
account show	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
account show	-s	*	another subscription than the current one, by name or id
acr check-health	-	-	Checks the way from this machine to a registry: sign-in, name, API, token, permissions
acr check-health	--debug	-	lists its requests on standard error, and says how long it took
acr check-health	--ignore-errors	-	goes on behind a check that failed, and does not fail
acr check-health	--name	*	the registry: its name, login server or resource id
acr check-health	--only-show-errors	-	no notes and warnings
acr check-health	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr check-health	--query	*	picks from the result with a JMESPath expression
acr check-health	--repository	*	also whether the account may read this repository
acr check-health	--resource-group	*	the resource group of the registry
acr check-health	--subscription	*	the subscription of the registry, by name or id
acr check-health	--verbose	-	says how long it took
acr check-health	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr check-health	--yes	-	accepted as the Azure CLI’s: there is no question
acr check-health	-g	*	the resource group of the registry
acr check-health	-n	*	the registry: its name, login server or resource id
acr check-health	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr check-health	-y	-	accepted as the Azure CLI’s: there is no question
acr check-name	-	-	Tells whether a name is free for a new Azure registry
acr check-name	--debug	-	lists its requests on standard error, and says how long it took
acr check-name	--dnl-scope	Unsecure,TenantReuse,SubscriptionReuse,ResourceGroupReuse,NoReuse	who may share the hash that the host gets behind the name
acr check-name	--name	*	the name
acr check-name	--only-show-errors	-	no notes and warnings
acr check-name	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr check-name	--query	*	picks from the result with a JMESPath expression
acr check-name	--resource-group	*	with --dnl-scope ResourceGroupReuse
acr check-name	--subscription	*	the subscription, by name or id
acr check-name	--verbose	-	says how long it took
acr check-name	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr check-name	-g	*	with --dnl-scope ResourceGroupReuse
acr check-name	-n	*	the name
acr check-name	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr check-name	-s	*	the subscription, by name or id
acr credential renew	-	-	Makes a new password for the admin user of an Azure registry
acr credential renew	--debug	-	lists its requests on standard error, and says how long it took
acr credential renew	--name	*	the registry: its name, login server or resource id
acr credential renew	--only-show-errors	-	no notes and warnings
acr credential renew	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr credential renew	--password-name	password,password2	which of the two is made anew
acr credential renew	--query	*	picks from the result with a JMESPath expression
acr credential renew	--resource-group	*	the resource group of the registry
acr credential renew	--subscription	*	the subscription of the registry, by name or id
acr credential renew	--verbose	-	says how long it took
acr credential renew	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr credential renew	-g	*	the resource group of the registry
acr credential renew	-n	*	the registry: its name, login server or resource id
acr credential renew	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr credential show	-	-	Gets the admin user of an Azure registry and its passwords
acr credential show	--debug	-	lists its requests on standard error, and says how long it took
acr credential show	--name	*	the registry: its name, login server or resource id
acr credential show	--only-show-errors	-	no notes and warnings
acr credential show	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr credential show	--query	*	picks from the result with a JMESPath expression
acr credential show	--resource-group	*	the resource group of the registry
acr credential show	--subscription	*	the subscription of the registry, by name or id
acr credential show	--verbose	-	says how long it took
acr credential show	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr credential show	-g	*	the resource group of the registry
acr credential show	-n	*	the registry: its name, login server or resource id
acr credential show	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr import	-	-	Copies an image or any other artifact into a registry, without Docker
acr import	--accept	*	a block that looks at the image first, and refuses it by `throw`
acr import	--all-tags	-	also the other tags of the source that point at the same image
acr import	--deadline	*	ends the run after this time, such as 3h, with a true report and journal (exit code 8)
acr import	--debug	-	lists its requests on standard error, and says how long it took
acr import	--engine	auto,service,direct	who copies: Azure (service), this machine (direct), or whichever fits
acr import	--force	-	moves tags that point at another image; in a folder it also replaces damaged files
acr import	--image	*	the image’s repository:tag in the target
acr import	--jobs	*	with rows: how many imports to run at a time, at most (128; 16 by Azure)
acr import	--journal	FILE	with rows: a journal file, to resume a run that was killed; or HOST/REPOSITORY:TAG
acr import	--keep-going	-	with rows: continues when one fails
acr import	--lock	*	only one run at a time holds the lock of this name on this machine; a path is a file of its own
acr import	--log	json,text	writes a log: json or text, a line for each row and message
acr import	--log-file	FILE	the file that the log is added to
acr import	--log-level	error,warn,info,debug	the least that is logged: error, warn, info or debug
acr import	--metrics	FILE	a file of figures about the run, for Prometheus (OpenMetrics)
acr import	--name	*	the registry to import into: a name, a host, or oci:PATH
acr import	--no-preflight	-	skips the checks before the import
acr import	--no-referrers	-	leaves out signatures, SBOMs and other referrers of the image
acr import	--no-wait	-	returns once Azure has started; `operation wait` waits for the end
acr import	--only-show-errors	-	no notes and warnings
acr import	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr import	--password	*	the password or token for the source’s registry
acr import	--policy	FILE	a file of rules for what may be brought in (acrsh: policy)
acr import	--preflight	-	checks first whether Azure can import (the default)
acr import	--query	*	picks from the result with a JMESPath expression
acr import	--referrers	-	looks for signatures, SBOMs and other referrers of all platforms again (see --no-referrers)
acr import	--registry	*	the source’s registry: a name, a host or a resource id
acr import	--report	FILE	with rows: a file about the run: .json, .jsonl, .csv, .md, .html or .xml (JUnit); or HOST/REPOSITORY:TAG
acr import	--report-format	json,jsonl,csv,md,junit,html	the form of the report: json, jsonl, csv, md, junit, html
acr import	--repository	*	a repository to import into without a tag
acr import	--resource-group	*	the resource group of the registry to import into
acr import	--shard	*	only this part of the rows, by their target’s repository: 2/8 is the second of eight; auto/8 in an Indexed Job of Kubernetes
acr import	--source	*	the image to import, with its registry unless --registry names it
acr import	--subscription	*	the subscription of the registry to import into, by name or id
acr import	--timeout	*	how long to wait for Azure at most
acr import	--username	*	the user for the source’s registry
acr import	--verbose	-	says how long it took
acr import	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr import	-g	*	the resource group of the registry to import into
acr import	-n	*	the registry to import into: a name, a host, or oci:PATH
acr import	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr import	-p	*	the password or token for the source’s registry
acr import	-r	*	the source’s registry: a name, a host or a resource id
acr import	-s	*	the subscription of the registry to import into, by name or id
acr import	-t	*	the image’s repository:tag in the target
acr import	-u	*	the user for the source’s registry
acr list	-	-	Lists the account’s Azure registries, in all its subscriptions
acr list	--debug	-	lists its requests on standard error, and says how long it took
acr list	--only-show-errors	-	no notes and warnings
acr list	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr list	--query	*	picks from the result with a JMESPath expression
acr list	--resource-group	*	only those of one resource group
acr list	--subscription	*	only those of one subscription, by name or id
acr list	--verbose	-	says how long it took
acr list	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr list	-g	*	only those of one resource group
acr list	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr list	-s	*	only those of one subscription, by name or id
acr login	-	-	Signs in to a registry for this session
acr login	--debug	-	lists its requests on standard error, and says how long it took
acr login	--expose-token	-	returns the account’s token for the registry instead of storing it
acr login	--name	*	the registry: a name or a host
acr login	--only-show-errors	-	no notes and warnings
acr login	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr login	--password	*	the password or access token; prompted for if it is missing
acr login	--query	*	picks from the result with a JMESPath expression
acr login	--resource-group	*	the resource group of the registry
acr login	--reveal	-	with --expose-token: as plain text
acr login	--subscription	*	the subscription of the registry, by name or id
acr login	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
acr login	--username	*	the user; none with an access token
acr login	--verbose	-	says how long it took
acr login	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr login	-g	*	the resource group of the registry
acr login	-n	*	the registry: a name or a host
acr login	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr login	-p	*	the password or access token; prompted for if it is missing
acr login	-t	-	returns the account’s token for the registry instead of storing it
acr login	-u	*	the user; none with an access token
acr logout	-	-	Signs out of a registry
acr logout	--debug	-	lists its requests on standard error, and says how long it took
acr logout	--name	*	the registry: a name or a host
acr logout	--only-show-errors	-	no notes and warnings
acr logout	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr logout	--query	*	picks from the result with a JMESPath expression
acr logout	--verbose	-	says how long it took
acr logout	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr logout	-n	*	the registry: a name or a host
acr logout	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest delete	-	-	Deletes a manifest with all its tags
acr manifest delete	--debug	-	lists its requests on standard error, and says how long it took
acr manifest delete	--force	-	deletes it even if an index or its subject needs it (with --yes, without checking)
acr manifest delete	--name	*	repository:tag or repository@digest
acr manifest delete	--only-show-errors	-	no notes and warnings
acr manifest delete	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest delete	--password	*	the password for the registry; without a user an access token
acr manifest delete	--query	*	picks from the result with a JMESPath expression
acr manifest delete	--registry	*	the registry: a name, a host, or oci:PATH
acr manifest delete	--resource-group	*	the resource group of the registry
acr manifest delete	--subscription	*	the subscription of the registry, by name or id
acr manifest delete	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
acr manifest delete	--username	*	the user for the registry, for this command only
acr manifest delete	--verbose	-	says how long it took
acr manifest delete	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr manifest delete	--yes	-	do not ask
acr manifest delete	-g	*	the resource group of the registry
acr manifest delete	-n	*	repository:tag or repository@digest
acr manifest delete	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest delete	-p	*	the password for the registry; without a user an access token
acr manifest delete	-r	*	the registry: a name, a host, or oci:PATH
acr manifest delete	-u	*	the user for the registry, for this command only
acr manifest delete	-y	-	do not ask
acr manifest list	-	-	Reads every manifest of a repository
acr manifest list	--allow-missing	-	a repository that does not exist has no rows, instead of being an error
acr manifest list	--debug	-	lists its requests on standard error, and says how long it took
acr manifest list	--name	*	the repository
acr manifest list	--only-show-errors	-	no notes and warnings
acr manifest list	--orderby	time_asc,time_desc	by time, oldest or newest first
acr manifest list	--orphaned	-	lists only what no tag, index or subject leads to; implies --used-by
acr manifest list	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest list	--password	*	the password for the registry; without a user an access token
acr manifest list	--query	*	picks from the result with a JMESPath expression
acr manifest list	--registry	*	the registry: a name, a host, or oci:PATH
acr manifest list	--resource-group	*	the resource group of the registry
acr manifest list	--subscription	*	the subscription of the registry, by name or id
acr manifest list	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
acr manifest list	--top	*	at most this many rows
acr manifest list	--used-by	-	adds what needs each manifest, and the bytes that deleting it frees
acr manifest list	--username	*	the user for the registry, for this command only
acr manifest list	--verbose	-	says how long it took
acr manifest list	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr manifest list	-g	*	the resource group of the registry
acr manifest list	-n	*	the repository
acr manifest list	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest list	-p	*	the password for the registry; without a user an access token
acr manifest list	-r	*	the registry: a name, a host, or oci:PATH
acr manifest list	-u	*	the user for the registry, for this command only
acr manifest list-deleted	-	-	Lists deleted manifests that an Azure registry still has
acr manifest list-deleted	--debug	-	lists its requests on standard error, and says how long it took
acr manifest list-deleted	--name	*	the repository
acr manifest list-deleted	--only-show-errors	-	no notes and warnings
acr manifest list-deleted	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest list-deleted	--password	*	the password for the registry; without a user an access token
acr manifest list-deleted	--query	*	picks from the result with a JMESPath expression
acr manifest list-deleted	--registry	*	the registry: a name or a host
acr manifest list-deleted	--resource-group	*	the resource group of the registry
acr manifest list-deleted	--subscription	*	the subscription of the registry, by name or id
acr manifest list-deleted	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
acr manifest list-deleted	--username	*	the user for the registry, for this command only
acr manifest list-deleted	--verbose	-	says how long it took
acr manifest list-deleted	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr manifest list-deleted	-g	*	the resource group of the registry
acr manifest list-deleted	-n	*	the repository
acr manifest list-deleted	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest list-deleted	-p	*	the password for the registry; without a user an access token
acr manifest list-deleted	-r	*	the registry: a name or a host
acr manifest list-deleted	-u	*	the user for the registry, for this command only
acr manifest list-deleted-tags	-	-	Lists deleted tags that an Azure registry still has
acr manifest list-deleted-tags	--debug	-	lists its requests on standard error, and says how long it took
acr manifest list-deleted-tags	--name	*	the repository
acr manifest list-deleted-tags	--only-show-errors	-	no notes and warnings
acr manifest list-deleted-tags	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest list-deleted-tags	--password	*	the password for the registry; without a user an access token
acr manifest list-deleted-tags	--query	*	picks from the result with a JMESPath expression
acr manifest list-deleted-tags	--registry	*	the registry: a name or a host
acr manifest list-deleted-tags	--resource-group	*	the resource group of the registry
acr manifest list-deleted-tags	--subscription	*	the subscription of the registry, by name or id
acr manifest list-deleted-tags	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
acr manifest list-deleted-tags	--username	*	the user for the registry, for this command only
acr manifest list-deleted-tags	--verbose	-	says how long it took
acr manifest list-deleted-tags	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr manifest list-deleted-tags	-g	*	the resource group of the registry
acr manifest list-deleted-tags	-n	*	the repository
acr manifest list-deleted-tags	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest list-deleted-tags	-p	*	the password for the registry; without a user an access token
acr manifest list-deleted-tags	-r	*	the registry: a name or a host
acr manifest list-deleted-tags	-u	*	the user for the registry, for this command only
acr manifest list-metadata	-	-	Lists the manifests of a repository with their tags, platforms and sizes
acr manifest list-metadata	--allow-missing	-	a repository that does not exist has no rows, instead of being an error
acr manifest list-metadata	--debug	-	lists its requests on standard error, and says how long it took
acr manifest list-metadata	--name	*	the repository
acr manifest list-metadata	--only-show-errors	-	no notes and warnings
acr manifest list-metadata	--orderby	time_asc,time_desc	by time, oldest or newest first
acr manifest list-metadata	--orphaned	-	lists only what no tag, index or subject leads to; implies --used-by
acr manifest list-metadata	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest list-metadata	--password	*	the password for the registry; without a user an access token
acr manifest list-metadata	--query	*	picks from the result with a JMESPath expression
acr manifest list-metadata	--registry	*	the registry: a name, a host, or oci:PATH
acr manifest list-metadata	--resource-group	*	the resource group of the registry
acr manifest list-metadata	--subscription	*	the subscription of the registry, by name or id
acr manifest list-metadata	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
acr manifest list-metadata	--top	*	at most this many rows
acr manifest list-metadata	--used-by	-	adds what needs each manifest, and the bytes that deleting it frees
acr manifest list-metadata	--username	*	the user for the registry, for this command only
acr manifest list-metadata	--verbose	-	says how long it took
acr manifest list-metadata	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr manifest list-metadata	-g	*	the resource group of the registry
acr manifest list-metadata	-n	*	the repository
acr manifest list-metadata	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest list-metadata	-p	*	the password for the registry; without a user an access token
acr manifest list-metadata	-r	*	the registry: a name, a host, or oci:PATH
acr manifest list-metadata	-u	*	the user for the registry, for this command only
acr manifest list-referrers	-	-	Lists what refers to an image, as the registry’s list has it
acr manifest list-referrers	--artifact-type	*	only those of this type
acr manifest list-referrers	--debug	-	lists its requests on standard error, and says how long it took
acr manifest list-referrers	--name	*	repository:tag or repository@digest
acr manifest list-referrers	--only-show-errors	-	no notes and warnings
acr manifest list-referrers	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest list-referrers	--password	*	the password for the registry; without a user an access token
acr manifest list-referrers	--query	*	picks from the result with a JMESPath expression
acr manifest list-referrers	--recursive	-	also what refers to them, one level down as the Azure CLI does it
acr manifest list-referrers	--registry	*	the registry: a name, a host, or oci:PATH
acr manifest list-referrers	--resource-group	*	the resource group of the registry
acr manifest list-referrers	--subscription	*	the subscription of the registry, by name or id
acr manifest list-referrers	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
acr manifest list-referrers	--username	*	the user for the registry, for this command only
acr manifest list-referrers	--verbose	-	says how long it took
acr manifest list-referrers	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr manifest list-referrers	-g	*	the resource group of the registry
acr manifest list-referrers	-n	*	repository:tag or repository@digest
acr manifest list-referrers	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest list-referrers	-p	*	the password for the registry; without a user an access token
acr manifest list-referrers	-r	*	the registry: a name, a host, or oci:PATH
acr manifest list-referrers	-u	*	the user for the registry, for this command only
acr manifest metadata list	-	-	Lists the manifests of a repository with their tags, platforms and sizes
acr manifest metadata list	--allow-missing	-	a repository that does not exist has no rows, instead of being an error
acr manifest metadata list	--debug	-	lists its requests on standard error, and says how long it took
acr manifest metadata list	--name	*	the repository
acr manifest metadata list	--only-show-errors	-	no notes and warnings
acr manifest metadata list	--orderby	time_asc,time_desc	by time, oldest or newest first
acr manifest metadata list	--orphaned	-	lists only what no tag, index or subject leads to; implies --used-by
acr manifest metadata list	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest metadata list	--password	*	the password for the registry; without a user an access token
acr manifest metadata list	--query	*	picks from the result with a JMESPath expression
acr manifest metadata list	--registry	*	the registry: a name, a host, or oci:PATH
acr manifest metadata list	--resource-group	*	the resource group of the registry
acr manifest metadata list	--subscription	*	the subscription of the registry, by name or id
acr manifest metadata list	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
acr manifest metadata list	--top	*	at most this many rows
acr manifest metadata list	--used-by	-	adds what needs each manifest, and the bytes that deleting it frees
acr manifest metadata list	--username	*	the user for the registry, for this command only
acr manifest metadata list	--verbose	-	says how long it took
acr manifest metadata list	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr manifest metadata list	-g	*	the resource group of the registry
acr manifest metadata list	-n	*	the repository
acr manifest metadata list	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest metadata list	-p	*	the password for the registry; without a user an access token
acr manifest metadata list	-r	*	the registry: a name, a host, or oci:PATH
acr manifest metadata list	-u	*	the user for the registry, for this command only
acr manifest metadata show	-	-	Shows times and locks of a tag or a manifest of an Azure registry
acr manifest metadata show	--debug	-	lists its requests on standard error, and says how long it took
acr manifest metadata show	--name	*	repository:tag or repository@digest
acr manifest metadata show	--only-show-errors	-	no notes and warnings
acr manifest metadata show	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest metadata show	--password	*	the password for the registry; without a user an access token
acr manifest metadata show	--query	*	picks from the result with a JMESPath expression
acr manifest metadata show	--registry	*	the registry: a name, a host, or oci:PATH
acr manifest metadata show	--resource-group	*	the resource group of the registry
acr manifest metadata show	--subscription	*	the subscription of the registry, by name or id
acr manifest metadata show	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
acr manifest metadata show	--username	*	the user for the registry, for this command only
acr manifest metadata show	--verbose	-	says how long it took
acr manifest metadata show	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr manifest metadata show	-g	*	the resource group of the registry
acr manifest metadata show	-n	*	repository:tag or repository@digest
acr manifest metadata show	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest metadata show	-p	*	the password for the registry; without a user an access token
acr manifest metadata show	-r	*	the registry: a name, a host, or oci:PATH
acr manifest metadata show	-u	*	the user for the registry, for this command only
acr manifest metadata update	-	-	Sets the locks of a tag or a manifest of an Azure registry
acr manifest metadata update	--debug	-	lists its requests on standard error, and says how long it took
acr manifest metadata update	--delete-enabled	*	whether it may be deleted
acr manifest metadata update	--list-enabled	*	whether lists show it
acr manifest metadata update	--name	*	repository:tag or repository@digest
acr manifest metadata update	--only-show-errors	-	no notes and warnings
acr manifest metadata update	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest metadata update	--password	*	the password for the registry; without a user an access token
acr manifest metadata update	--query	*	picks from the result with a JMESPath expression
acr manifest metadata update	--read-enabled	*	whether it may be pulled
acr manifest metadata update	--registry	*	the registry: a name, a host, or oci:PATH
acr manifest metadata update	--resource-group	*	the resource group of the registry
acr manifest metadata update	--subscription	*	the subscription of the registry, by name or id
acr manifest metadata update	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
acr manifest metadata update	--username	*	the user for the registry, for this command only
acr manifest metadata update	--verbose	-	says how long it took
acr manifest metadata update	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr manifest metadata update	--write-enabled	*	whether it may be overwritten
acr manifest metadata update	-g	*	the resource group of the registry
acr manifest metadata update	-n	*	repository:tag or repository@digest
acr manifest metadata update	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest metadata update	-p	*	the password for the registry; without a user an access token
acr manifest metadata update	-r	*	the registry: a name, a host, or oci:PATH
acr manifest metadata update	-u	*	the user for the registry, for this command only
acr manifest restore	-	-	Restores a deleted manifest of an Azure registry under a tag
acr manifest restore	--debug	-	lists its requests on standard error, and says how long it took
acr manifest restore	--digest	*	which deleted manifest; without it the last one of the tag
acr manifest restore	--force	-	moves the tag if it points at another manifest
acr manifest restore	--name	*	repository:tag or repository@digest
acr manifest restore	--only-show-errors	-	no notes and warnings
acr manifest restore	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest restore	--password	*	the password for the registry; without a user an access token
acr manifest restore	--query	*	picks from the result with a JMESPath expression
acr manifest restore	--registry	*	the registry: a name, a host, or oci:PATH
acr manifest restore	--resource-group	*	the resource group of the registry
acr manifest restore	--subscription	*	the subscription of the registry, by name or id
acr manifest restore	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
acr manifest restore	--username	*	the user for the registry, for this command only
acr manifest restore	--verbose	-	says how long it took
acr manifest restore	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr manifest restore	--yes	-	do not ask
acr manifest restore	-d	*	which deleted manifest; without it the last one of the tag
acr manifest restore	-f	-	moves the tag if it points at another manifest
acr manifest restore	-g	*	the resource group of the registry
acr manifest restore	-n	*	repository:tag or repository@digest
acr manifest restore	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest restore	-p	*	the password for the registry; without a user an access token
acr manifest restore	-r	*	the registry: a name, a host, or oci:PATH
acr manifest restore	-u	*	the user for the registry, for this command only
acr manifest restore	-y	-	do not ask
acr manifest show	-	-	Shows a manifest as a record
acr manifest show	--debug	-	lists its requests on standard error, and says how long it took
acr manifest show	--name	*	repository:tag or repository@digest
acr manifest show	--only-show-errors	-	no notes and warnings
acr manifest show	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest show	--password	*	the password for the registry; without a user an access token
acr manifest show	--platform	*	the image of an index, as os/architecture[/variant]
acr manifest show	--query	*	picks from the result with a JMESPath expression
acr manifest show	--raw	-	gives the exact bytes instead of a record
acr manifest show	--registry	*	the registry: a name, a host, or oci:PATH
acr manifest show	--resource-group	*	the resource group of the registry
acr manifest show	--subscription	*	the subscription of the registry, by name or id
acr manifest show	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
acr manifest show	--username	*	the user for the registry, for this command only
acr manifest show	--verbose	-	says how long it took
acr manifest show	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr manifest show	-g	*	the resource group of the registry
acr manifest show	-n	*	repository:tag or repository@digest
acr manifest show	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest show	-p	*	the password for the registry; without a user an access token
acr manifest show	-r	*	the registry: a name, a host, or oci:PATH
acr manifest show	-u	*	the user for the registry, for this command only
acr manifest show-metadata	-	-	Shows times and locks of a tag or a manifest of an Azure registry
acr manifest show-metadata	--debug	-	lists its requests on standard error, and says how long it took
acr manifest show-metadata	--name	*	repository:tag or repository@digest
acr manifest show-metadata	--only-show-errors	-	no notes and warnings
acr manifest show-metadata	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest show-metadata	--password	*	the password for the registry; without a user an access token
acr manifest show-metadata	--query	*	picks from the result with a JMESPath expression
acr manifest show-metadata	--registry	*	the registry: a name, a host, or oci:PATH
acr manifest show-metadata	--resource-group	*	the resource group of the registry
acr manifest show-metadata	--subscription	*	the subscription of the registry, by name or id
acr manifest show-metadata	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
acr manifest show-metadata	--username	*	the user for the registry, for this command only
acr manifest show-metadata	--verbose	-	says how long it took
acr manifest show-metadata	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr manifest show-metadata	-g	*	the resource group of the registry
acr manifest show-metadata	-n	*	repository:tag or repository@digest
acr manifest show-metadata	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest show-metadata	-p	*	the password for the registry; without a user an access token
acr manifest show-metadata	-r	*	the registry: a name, a host, or oci:PATH
acr manifest show-metadata	-u	*	the user for the registry, for this command only
acr manifest update-metadata	-	-	Sets the locks of a tag or a manifest of an Azure registry
acr manifest update-metadata	--debug	-	lists its requests on standard error, and says how long it took
acr manifest update-metadata	--delete-enabled	*	whether it may be deleted
acr manifest update-metadata	--list-enabled	*	whether lists show it
acr manifest update-metadata	--name	*	repository:tag or repository@digest
acr manifest update-metadata	--only-show-errors	-	no notes and warnings
acr manifest update-metadata	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest update-metadata	--password	*	the password for the registry; without a user an access token
acr manifest update-metadata	--query	*	picks from the result with a JMESPath expression
acr manifest update-metadata	--read-enabled	*	whether it may be pulled
acr manifest update-metadata	--registry	*	the registry: a name, a host, or oci:PATH
acr manifest update-metadata	--resource-group	*	the resource group of the registry
acr manifest update-metadata	--subscription	*	the subscription of the registry, by name or id
acr manifest update-metadata	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
acr manifest update-metadata	--username	*	the user for the registry, for this command only
acr manifest update-metadata	--verbose	-	says how long it took
acr manifest update-metadata	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr manifest update-metadata	--write-enabled	*	whether it may be overwritten
acr manifest update-metadata	-g	*	the resource group of the registry
acr manifest update-metadata	-n	*	repository:tag or repository@digest
acr manifest update-metadata	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr manifest update-metadata	-p	*	the password for the registry; without a user an access token
acr manifest update-metadata	-r	*	the registry: a name, a host, or oci:PATH
acr manifest update-metadata	-u	*	the user for the registry, for this command only
acr preflight	-	-	Checks whether Azure can import an image, without importing it
acr preflight	--all-tags	-	also the other tags of the source that point at the same image
acr preflight	--debug	-	lists its requests on standard error, and says how long it took
acr preflight	--force	-	tags that point at another image may be moved
acr preflight	--image	*	the image’s repository:tag in the target
acr preflight	--name	*	the registry to import into
acr preflight	--only-show-errors	-	no notes and warnings
acr preflight	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr preflight	--password	*	the password or token for the source’s registry
acr preflight	--policy	FILE	a file of rules for what may be brought in (acrsh: policy)
acr preflight	--query	*	picks from the result with a JMESPath expression
acr preflight	--registry	*	the source’s registry: a name, a host or a resource id
acr preflight	--repository	*	a repository to import into without a tag
acr preflight	--resource-group	*	the resource group of the registry to import into
acr preflight	--source	*	the image to import, with its registry unless --registry names it
acr preflight	--subscription	*	the subscription of the registry to import into, by name or id
acr preflight	--username	*	the user for the source’s registry
acr preflight	--verbose	-	says how long it took
acr preflight	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr preflight	-g	*	the resource group of the registry to import into
acr preflight	-n	*	the registry to import into
acr preflight	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr preflight	-p	*	the password or token for the source’s registry
acr preflight	-r	*	the source’s registry: a name, a host or a resource id
acr preflight	-s	*	the subscription of the registry to import into, by name or id
acr preflight	-t	*	the image’s repository:tag in the target
acr preflight	-u	*	the user for the source’s registry
acr purge	-	-	Deletes old tags by Microsoft’s `acr purge` flags
acr purge	--ago	*	how long ago a tag was last changed, such as 30d or 2d3h6m
acr purge	--concurrency	*	how many repositories to clean at a time
acr purge	--debug	-	lists its requests on standard error, and says how long it took
acr purge	--dry-run	-	shows the plan and deletes nothing
acr purge	--filter	*	REPOSITORY:EXPRESSION, which tags of which repositories
acr purge	--filter-timeout-seconds	*	accepted and not needed: expressions end in time by themselves
acr purge	--include-locked	-	unlocks and deletes what is locked, too
acr purge	--keep	*	keeps the newest of the tags that fit, and of manifests without a tag, this many
acr purge	--max-share	*	the largest share of a repository that may go
acr purge	--only-show-errors	-	no notes and warnings
acr purge	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr purge	--query	*	picks from the result with a JMESPath expression
acr purge	--registry	*	the registry: a name or a host
acr purge	--repository-page-size	*	accepted and not needed
acr purge	--untagged	-	deletes manifests without a tag that are as old, too
acr purge	--untagged-only	-	deletes manifests without a tag and no tags; of any age without --ago
acr purge	--verbose	-	says how long it took
acr purge	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr purge	--yes	-	do not ask
acr purge	-f	*	REPOSITORY:EXPRESSION, which tags of which repositories
acr purge	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr purge	-r	*	the registry: a name or a host
acr purge	-y	-	do not ask
acr repository delete	-	-	Deletes a repository of an Azure registry, or an image with all its tags
acr repository delete	--debug	-	lists its requests on standard error, and says how long it took
acr repository delete	--force	-	deletes it even if an index or its subject needs it (with --yes, without checking)
acr repository delete	--image	*	one image: repository:tag or repository@digest
acr repository delete	--name	*	the registry: a name or a host
acr repository delete	--only-show-errors	-	no notes and warnings
acr repository delete	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr repository delete	--password	*	the password for the registry; without a user an access token
acr repository delete	--query	*	picks from the result with a JMESPath expression
acr repository delete	--repository	*	the whole repository
acr repository delete	--resource-group	*	the resource group of the registry
acr repository delete	--subscription	*	the subscription of the registry, by name or id
acr repository delete	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
acr repository delete	--username	*	the user for the registry, for this command only
acr repository delete	--verbose	-	says how long it took
acr repository delete	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr repository delete	--yes	-	do not ask
acr repository delete	-g	*	the resource group of the registry
acr repository delete	-n	*	the registry: a name or a host
acr repository delete	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr repository delete	-p	*	the password for the registry; without a user an access token
acr repository delete	-t	*	one image: repository:tag or repository@digest
acr repository delete	-u	*	the user for the registry, for this command only
acr repository delete	-y	-	do not ask
acr repository list	-	-	Lists the repositories of a registry
acr repository list	--debug	-	lists its requests on standard error, and says how long it took
acr repository list	--name	*	the registry: a name or a host
acr repository list	--only-show-errors	-	no notes and warnings
acr repository list	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr repository list	--password	*	the password for the registry; without a user an access token
acr repository list	--query	*	picks from the result with a JMESPath expression
acr repository list	--resource-group	*	the resource group of the registry
acr repository list	--subscription	*	the subscription of the registry, by name or id
acr repository list	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
acr repository list	--top	*	at most this many
acr repository list	--username	*	the user for the registry, for this command only
acr repository list	--verbose	-	says how long it took
acr repository list	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr repository list	-g	*	the resource group of the registry
acr repository list	-n	*	the registry: a name or a host
acr repository list	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr repository list	-p	*	the password for the registry; without a user an access token
acr repository list	-u	*	the user for the registry, for this command only
acr repository list-deleted	-	-	Lists the repositories in which an Azure registry has deleted manifests
acr repository list-deleted	--debug	-	lists its requests on standard error, and says how long it took
acr repository list-deleted	--name	*	the registry: a name or a host
acr repository list-deleted	--only-show-errors	-	no notes and warnings
acr repository list-deleted	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr repository list-deleted	--password	*	the password for the registry; without a user an access token
acr repository list-deleted	--query	*	picks from the result with a JMESPath expression
acr repository list-deleted	--resource-group	*	the resource group of the registry
acr repository list-deleted	--subscription	*	the subscription of the registry, by name or id
acr repository list-deleted	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
acr repository list-deleted	--username	*	the user for the registry, for this command only
acr repository list-deleted	--verbose	-	says how long it took
acr repository list-deleted	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr repository list-deleted	-g	*	the resource group of the registry
acr repository list-deleted	-n	*	the registry: a name or a host
acr repository list-deleted	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr repository list-deleted	-p	*	the password for the registry; without a user an access token
acr repository list-deleted	-u	*	the user for the registry, for this command only
acr repository show	-	-	Shows times, counts and locks of a repository, a tag or a manifest of an Azure registry
acr repository show	--debug	-	lists its requests on standard error, and says how long it took
acr repository show	--image	*	one image: repository:tag or repository@digest
acr repository show	--name	*	the registry: a name or a host
acr repository show	--only-show-errors	-	no notes and warnings
acr repository show	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr repository show	--password	*	the password for the registry; without a user an access token
acr repository show	--query	*	picks from the result with a JMESPath expression
acr repository show	--repository	*	the whole repository
acr repository show	--resource-group	*	the resource group of the registry
acr repository show	--subscription	*	the subscription of the registry, by name or id
acr repository show	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
acr repository show	--username	*	the user for the registry, for this command only
acr repository show	--verbose	-	says how long it took
acr repository show	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr repository show	-g	*	the resource group of the registry
acr repository show	-n	*	the registry: a name or a host
acr repository show	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr repository show	-p	*	the password for the registry; without a user an access token
acr repository show	-t	*	one image: repository:tag or repository@digest
acr repository show	-u	*	the user for the registry, for this command only
acr repository show-manifests	-	-	Lists the manifests of a repository of an Azure registry, as the Azure CLI did before list-metadata
acr repository show-manifests	--debug	-	lists its requests on standard error, and says how long it took
acr repository show-manifests	--detail	-	all that the registry tells, as `list-metadata` gives it
acr repository show-manifests	--name	*	the registry: a name or a host
acr repository show-manifests	--only-show-errors	-	no notes and warnings
acr repository show-manifests	--orderby	time_asc,time_desc	by time, oldest or newest first
acr repository show-manifests	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr repository show-manifests	--password	*	the password for the registry; without a user an access token
acr repository show-manifests	--query	*	picks from the result with a JMESPath expression
acr repository show-manifests	--repository	*	the repository
acr repository show-manifests	--resource-group	*	the resource group of the registry
acr repository show-manifests	--subscription	*	the subscription of the registry, by name or id
acr repository show-manifests	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
acr repository show-manifests	--top	*	at most this many
acr repository show-manifests	--username	*	the user for the registry, for this command only
acr repository show-manifests	--verbose	-	says how long it took
acr repository show-manifests	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr repository show-manifests	-g	*	the resource group of the registry
acr repository show-manifests	-n	*	the registry: a name or a host
acr repository show-manifests	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr repository show-manifests	-p	*	the password for the registry; without a user an access token
acr repository show-manifests	-u	*	the user for the registry, for this command only
acr repository show-tags	-	-	Lists the tags of a repository
acr repository show-tags	--debug	-	lists its requests on standard error, and says how long it took
acr repository show-tags	--detail	-	rows with digest, times and locks instead of names
acr repository show-tags	--name	*	the registry: a name, a host, or oci:PATH
acr repository show-tags	--only-show-errors	-	no notes and warnings
acr repository show-tags	--orderby	time_asc,time_desc	by time, oldest or newest first
acr repository show-tags	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr repository show-tags	--password	*	the password for the registry; without a user an access token
acr repository show-tags	--query	*	picks from the result with a JMESPath expression
acr repository show-tags	--repository	*	the repository; not needed for a folder
acr repository show-tags	--resource-group	*	the resource group of the registry
acr repository show-tags	--subscription	*	the subscription of the registry, by name or id
acr repository show-tags	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
acr repository show-tags	--top	*	at most this many
acr repository show-tags	--username	*	the user for the registry, for this command only
acr repository show-tags	--verbose	-	says how long it took
acr repository show-tags	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr repository show-tags	-g	*	the resource group of the registry
acr repository show-tags	-n	*	the registry: a name, a host, or oci:PATH
acr repository show-tags	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr repository show-tags	-p	*	the password for the registry; without a user an access token
acr repository show-tags	-u	*	the user for the registry, for this command only
acr repository untag	-	-	Removes a tag; the image stays
acr repository untag	--debug	-	lists its requests on standard error, and says how long it took
acr repository untag	--image	*	repository:tag
acr repository untag	--name	*	the registry: a name or a host
acr repository untag	--only-show-errors	-	no notes and warnings
acr repository untag	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr repository untag	--password	*	the password for the registry; without a user an access token
acr repository untag	--query	*	picks from the result with a JMESPath expression
acr repository untag	--resource-group	*	the resource group of the registry
acr repository untag	--subscription	*	the subscription of the registry, by name or id
acr repository untag	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
acr repository untag	--username	*	the user for the registry, for this command only
acr repository untag	--verbose	-	says how long it took
acr repository untag	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr repository untag	--yes	-	do not ask
acr repository untag	-g	*	the resource group of the registry
acr repository untag	-n	*	the registry: a name or a host
acr repository untag	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr repository untag	-p	*	the password for the registry; without a user an access token
acr repository untag	-t	*	repository:tag
acr repository untag	-u	*	the user for the registry, for this command only
acr repository untag	-y	-	do not ask
acr repository update	-	-	Sets the locks of a repository, a tag or a manifest of an Azure registry
acr repository update	--debug	-	lists its requests on standard error, and says how long it took
acr repository update	--delete-enabled	*	whether it may be deleted
acr repository update	--image	*	one image: repository:tag or repository@digest
acr repository update	--list-enabled	*	whether lists show it
acr repository update	--name	*	the registry: a name or a host
acr repository update	--only-show-errors	-	no notes and warnings
acr repository update	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr repository update	--password	*	the password for the registry; without a user an access token
acr repository update	--query	*	picks from the result with a JMESPath expression
acr repository update	--read-enabled	*	whether it may be pulled
acr repository update	--repository	*	the whole repository
acr repository update	--resource-group	*	the resource group of the registry
acr repository update	--subscription	*	the subscription of the registry, by name or id
acr repository update	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
acr repository update	--username	*	the user for the registry, for this command only
acr repository update	--verbose	-	says how long it took
acr repository update	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr repository update	--write-enabled	*	whether it may be overwritten
acr repository update	-g	*	the resource group of the registry
acr repository update	-n	*	the registry: a name or a host
acr repository update	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr repository update	-p	*	the password for the registry; without a user an access token
acr repository update	-t	*	one image: repository:tag or repository@digest
acr repository update	-u	*	the user for the registry, for this command only
acr run	-	-	Runs the line of an `acr purge` task on this machine
acr run	--cmd	*	a line of `acr purge`
acr run	--debug	-	lists its requests on standard error, and says how long it took
acr run	--only-show-errors	-	no notes and warnings
acr run	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr run	--query	*	picks from the result with a JMESPath expression
acr run	--registry	*	the registry: a name or a host
acr run	--verbose	-	says how long it took
acr run	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr run	--yes	-	do not ask
acr run	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr run	-r	*	the registry: a name or a host
acr run	-y	-	do not ask
acr scope-map create	-	-	Makes a scope map: what tokens that name it may do in repositories
acr scope-map create	--debug	-	lists its requests on standard error, and says how long it took
acr scope-map create	--description	*	what it is for
acr scope-map create	--name	*	its name
acr scope-map create	--only-show-errors	-	no notes and warnings
acr scope-map create	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr scope-map create	--query	*	picks from the result with a JMESPath expression
acr scope-map create	--registry	*	the registry: its name, login server or resource id
acr scope-map create	--repository	*	a repository and what is allowed there: NAME content/read metadata/read
acr scope-map create	--resource-group	*	the resource group of the registry
acr scope-map create	--subscription	*	the subscription of the registry, by name or id
acr scope-map create	--verbose	-	says how long it took
acr scope-map create	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr scope-map create	-g	*	the resource group of the registry
acr scope-map create	-n	*	its name
acr scope-map create	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr scope-map create	-r	*	the registry: its name, login server or resource id
acr scope-map delete	-	-	Deletes a scope map of an Azure registry, so that its tokens may do nothing any more
acr scope-map delete	--debug	-	lists its requests on standard error, and says how long it took
acr scope-map delete	--name	*	its name
acr scope-map delete	--only-show-errors	-	no notes and warnings
acr scope-map delete	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr scope-map delete	--query	*	picks from the result with a JMESPath expression
acr scope-map delete	--registry	*	the registry: its name, login server or resource id
acr scope-map delete	--resource-group	*	the resource group of the registry
acr scope-map delete	--subscription	*	the subscription of the registry, by name or id
acr scope-map delete	--verbose	-	says how long it took
acr scope-map delete	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr scope-map delete	--yes	-	do not ask
acr scope-map delete	-g	*	the resource group of the registry
acr scope-map delete	-n	*	its name
acr scope-map delete	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr scope-map delete	-r	*	the registry: its name, login server or resource id
acr scope-map delete	-y	-	do not ask
acr scope-map list	-	-	Lists the scope maps of an Azure registry
acr scope-map list	--debug	-	lists its requests on standard error, and says how long it took
acr scope-map list	--only-show-errors	-	no notes and warnings
acr scope-map list	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr scope-map list	--query	*	picks from the result with a JMESPath expression
acr scope-map list	--registry	*	the registry: its name, login server or resource id
acr scope-map list	--resource-group	*	the resource group of the registry
acr scope-map list	--subscription	*	the subscription of the registry, by name or id
acr scope-map list	--verbose	-	says how long it took
acr scope-map list	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr scope-map list	-g	*	the resource group of the registry
acr scope-map list	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr scope-map list	-r	*	the registry: its name, login server or resource id
acr scope-map show	-	-	Shows a scope map of an Azure registry
acr scope-map show	--debug	-	lists its requests on standard error, and says how long it took
acr scope-map show	--name	*	its name
acr scope-map show	--only-show-errors	-	no notes and warnings
acr scope-map show	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr scope-map show	--query	*	picks from the result with a JMESPath expression
acr scope-map show	--registry	*	the registry: its name, login server or resource id
acr scope-map show	--resource-group	*	the resource group of the registry
acr scope-map show	--subscription	*	the subscription of the registry, by name or id
acr scope-map show	--verbose	-	says how long it took
acr scope-map show	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr scope-map show	-g	*	the resource group of the registry
acr scope-map show	-n	*	its name
acr scope-map show	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr scope-map show	-r	*	the registry: its name, login server or resource id
acr scope-map update	-	-	Changes what a scope map allows
acr scope-map update	--add-repository	*	a repository and what is allowed there from now on
acr scope-map update	--debug	-	lists its requests on standard error, and says how long it took
acr scope-map update	--description	*	what it is for
acr scope-map update	--name	*	its name
acr scope-map update	--only-show-errors	-	no notes and warnings
acr scope-map update	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr scope-map update	--query	*	picks from the result with a JMESPath expression
acr scope-map update	--registry	*	the registry: its name, login server or resource id
acr scope-map update	--remove-repository	*	a repository and what is no longer allowed there
acr scope-map update	--resource-group	*	the resource group of the registry
acr scope-map update	--subscription	*	the subscription of the registry, by name or id
acr scope-map update	--verbose	-	says how long it took
acr scope-map update	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr scope-map update	-g	*	the resource group of the registry
acr scope-map update	-n	*	its name
acr scope-map update	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr scope-map update	-r	*	the registry: its name, login server or resource id
acr show	-	-	Shows an Azure registry with its settings
acr show	--debug	-	lists its requests on standard error, and says how long it took
acr show	--name	*	the registry: its name, login server or resource id
acr show	--only-show-errors	-	no notes and warnings
acr show	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr show	--query	*	picks from the result with a JMESPath expression
acr show	--resource-group	*	the resource group of the registry
acr show	--subscription	*	the subscription of the registry, by name or id
acr show	--verbose	-	says how long it took
acr show	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr show	-g	*	the resource group of the registry
acr show	-n	*	the registry: its name, login server or resource id
acr show	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr show-endpoints	-	-	Shows the hosts of an Azure registry and of its blobs
acr show-endpoints	--debug	-	lists its requests on standard error, and says how long it took
acr show-endpoints	--name	*	the registry: its name, login server or resource id
acr show-endpoints	--only-show-errors	-	no notes and warnings
acr show-endpoints	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr show-endpoints	--query	*	picks from the result with a JMESPath expression
acr show-endpoints	--resource-group	*	the resource group of the registry
acr show-endpoints	--subscription	*	the subscription of the registry, by name or id
acr show-endpoints	--verbose	-	says how long it took
acr show-endpoints	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr show-endpoints	-g	*	the resource group of the registry
acr show-endpoints	-n	*	the registry: its name, login server or resource id
acr show-endpoints	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr show-usage	-	-	Shows how much of an Azure registry’s quotas is used
acr show-usage	--debug	-	lists its requests on standard error, and says how long it took
acr show-usage	--name	*	the registry: its name, login server or resource id
acr show-usage	--only-show-errors	-	no notes and warnings
acr show-usage	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr show-usage	--query	*	picks from the result with a JMESPath expression
acr show-usage	--resource-group	*	the resource group of the registry
acr show-usage	--subscription	*	the subscription of the registry, by name or id
acr show-usage	--verbose	-	says how long it took
acr show-usage	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr show-usage	-g	*	the resource group of the registry
acr show-usage	-n	*	the registry: its name, login server or resource id
acr show-usage	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr token create	-	-	Makes a token of an Azure registry, with two passwords
acr token create	--debug	-	lists its requests on standard error, and says how long it took
acr token create	--expiration	*	when the passwords end: 2027-01-31T00:00:00Z
acr token create	--expiration-in-days	*	in how many days the passwords end
acr token create	--name	*	its name
acr token create	--no-passwords	*	makes no passwords yet: true or false
acr token create	--only-show-errors	-	no notes and warnings
acr token create	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr token create	--query	*	picks from the result with a JMESPath expression
acr token create	--registry	*	the registry: its name, login server or resource id
acr token create	--repository	*	what it may, without a scope map: NAME content/read metadata/read
acr token create	--resource-group	*	the resource group of the registry
acr token create	--scope-map	*	what it may: the name of a scope map, or its resource id
acr token create	--status	enabled,disabled	whether it works
acr token create	--subscription	*	the subscription of the registry, by name or id
acr token create	--verbose	-	says how long it took
acr token create	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr token create	-g	*	the resource group of the registry
acr token create	-n	*	its name
acr token create	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr token create	-r	*	the registry: its name, login server or resource id
acr token credential delete	-	-	Deletes passwords of a token of an Azure registry
acr token credential delete	--debug	-	lists its requests on standard error, and says how long it took
acr token credential delete	--name	*	its name
acr token credential delete	--only-show-errors	-	no notes and warnings
acr token credential delete	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr token credential delete	--password1	-	the first password
acr token credential delete	--password2	-	the second password
acr token credential delete	--query	*	picks from the result with a JMESPath expression
acr token credential delete	--registry	*	the registry: its name, login server or resource id
acr token credential delete	--resource-group	*	the resource group of the registry
acr token credential delete	--subscription	*	the subscription of the registry, by name or id
acr token credential delete	--verbose	-	says how long it took
acr token credential delete	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr token credential delete	-g	*	the resource group of the registry
acr token credential delete	-n	*	its name
acr token credential delete	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr token credential delete	-r	*	the registry: its name, login server or resource id
acr token credential generate	-	-	Makes new passwords for a token of an Azure registry
acr token credential generate	--debug	-	lists its requests on standard error, and says how long it took
acr token credential generate	--expiration	*	when the passwords end: 2027-01-31T00:00:00Z
acr token credential generate	--expiration-in-days	*	in how many days the passwords end
acr token credential generate	--name	*	its name
acr token credential generate	--only-show-errors	-	no notes and warnings
acr token credential generate	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr token credential generate	--password1	-	the first password
acr token credential generate	--password2	-	the second password
acr token credential generate	--query	*	picks from the result with a JMESPath expression
acr token credential generate	--registry	*	the registry: its name, login server or resource id
acr token credential generate	--resource-group	*	the resource group of the registry
acr token credential generate	--subscription	*	the subscription of the registry, by name or id
acr token credential generate	--verbose	-	says how long it took
acr token credential generate	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr token credential generate	-g	*	the resource group of the registry
acr token credential generate	-n	*	its name
acr token credential generate	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr token credential generate	-r	*	the registry: its name, login server or resource id
acr token delete	-	-	Deletes a token of an Azure registry, so that its passwords open nothing any more
acr token delete	--debug	-	lists its requests on standard error, and says how long it took
acr token delete	--name	*	its name
acr token delete	--only-show-errors	-	no notes and warnings
acr token delete	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr token delete	--query	*	picks from the result with a JMESPath expression
acr token delete	--registry	*	the registry: its name, login server or resource id
acr token delete	--resource-group	*	the resource group of the registry
acr token delete	--subscription	*	the subscription of the registry, by name or id
acr token delete	--verbose	-	says how long it took
acr token delete	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr token delete	--yes	-	do not ask
acr token delete	-g	*	the resource group of the registry
acr token delete	-n	*	its name
acr token delete	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr token delete	-r	*	the registry: its name, login server or resource id
acr token delete	-y	-	do not ask
acr token list	-	-	Lists the tokens of an Azure registry
acr token list	--debug	-	lists its requests on standard error, and says how long it took
acr token list	--only-show-errors	-	no notes and warnings
acr token list	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr token list	--query	*	picks from the result with a JMESPath expression
acr token list	--registry	*	the registry: its name, login server or resource id
acr token list	--resource-group	*	the resource group of the registry
acr token list	--subscription	*	the subscription of the registry, by name or id
acr token list	--verbose	-	says how long it took
acr token list	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr token list	-g	*	the resource group of the registry
acr token list	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr token list	-r	*	the registry: its name, login server or resource id
acr token show	-	-	Shows a token of an Azure registry, without its passwords
acr token show	--debug	-	lists its requests on standard error, and says how long it took
acr token show	--name	*	its name
acr token show	--only-show-errors	-	no notes and warnings
acr token show	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr token show	--query	*	picks from the result with a JMESPath expression
acr token show	--registry	*	the registry: its name, login server or resource id
acr token show	--resource-group	*	the resource group of the registry
acr token show	--subscription	*	the subscription of the registry, by name or id
acr token show	--verbose	-	says how long it took
acr token show	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr token show	-g	*	the resource group of the registry
acr token show	-n	*	its name
acr token show	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr token show	-r	*	the registry: its name, login server or resource id
acr token update	-	-	Changes what a token of an Azure registry may, or disables it
acr token update	--debug	-	lists its requests on standard error, and says how long it took
acr token update	--name	*	its name
acr token update	--only-show-errors	-	no notes and warnings
acr token update	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr token update	--query	*	picks from the result with a JMESPath expression
acr token update	--registry	*	the registry: its name, login server or resource id
acr token update	--resource-group	*	the resource group of the registry
acr token update	--scope-map	*	what it may: the name of a scope map, or its resource id
acr token update	--status	enabled,disabled	whether it works
acr token update	--subscription	*	the subscription of the registry, by name or id
acr token update	--verbose	-	says how long it took
acr token update	--wide	-	all columns, with whole digests and exact times, as `--output wide`
acr token update	-g	*	the resource group of the registry
acr token update	-n	*	its name
acr token update	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
acr token update	-r	*	the registry: its name, login server or resource id
alias	-	-	Defines a word that the prompt writes out
alias	--remove	-	forgets the abbreviation
avg	-	-	Gives the average of the rows, or of one of their columns
base64	-	-	Writes bytes as Base64
base64	@	FILE	a file (what comes from the pipe)
blob show	-	-	Shows a blob: a configuration, a statement, an SBOM, a layer
blob show	--debug	-	lists its requests on standard error, and says how long it took
blob show	--json	-	fails unless it is a JSON document
blob show	--only-show-errors	-	no notes and warnings
blob show	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
blob show	--query	*	picks from the result with a JMESPath expression
blob show	--raw	-	gives the exact bytes
blob show	--verbose	-	says how long it took
blob show	--wide	-	all columns, with whole digests and exact times, as `--output wide`
blob show	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
cd	-	-	Goes to a registry, repository or image
cd	--debug	-	lists its requests on standard error, and says how long it took
cd	--only-show-errors	-	no notes and warnings
cd	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
cd	--query	*	picks from the result with a JMESPath expression
cd	--verbose	-	says how long it took
cd	--wide	-	all columns, with whole digests and exact times, as `--output wide`
cd	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
chart	-	-	Draws rows as bars, a histogram or a sparkline
chart	--bins	*	how many bars a histogram has, 1 to 100
chart	--width	*	how many columns the chart takes, 20 to 400
chart	@	bars,histogram,sparkline	bars, histogram or sparkline
chunk	-	-	Gathers the rows in lists of so many
clear	-	-	Empties the screen
cloud list	-	-	Lists the known clouds, with their addresses
cloud list	--debug	-	lists its requests on standard error, and says how long it took
cloud list	--only-show-errors	-	no notes and warnings
cloud list	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
cloud list	--query	*	picks from the result with a JMESPath expression
cloud list	--verbose	-	says how long it took
cloud list	--wide	-	all columns, with whole digests and exact times, as `--output wide`
cloud list	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
cloud list-profiles	-	-	Lists the profiles of a cloud, of which there is one, `latest`
cloud list-profiles	--debug	-	lists its requests on standard error, and says how long it took
cloud list-profiles	--name	*	accepted as the Azure CLI’s: all clouds have the same
cloud list-profiles	--only-show-errors	-	no notes and warnings
cloud list-profiles	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
cloud list-profiles	--query	*	picks from the result with a JMESPath expression
cloud list-profiles	--show-all	-	accepted as the Azure CLI’s: there is no other
cloud list-profiles	--verbose	-	says how long it took
cloud list-profiles	--wide	-	all columns, with whole digests and exact times, as `--output wide`
cloud list-profiles	-n	*	accepted as the Azure CLI’s: all clouds have the same
cloud list-profiles	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
cloud register	-	-	Registers a cloud
cloud register	--debug	-	lists its requests on standard error, and says how long it took
cloud register	--endpoint-active-directory	*	the endpoint of Entra
cloud register	--endpoint-active-directory-data-lake-resource-id	*	accepted as the Azure CLI’s: it is of a service that acrsh does not ask
cloud register	--endpoint-active-directory-graph-resource-id	*	the resource of tokens for Azure AD Graph
cloud register	--endpoint-active-directory-resource-id	*	the resource of tokens for the resource manager
cloud register	--endpoint-gallery	*	accepted as the Azure CLI’s: it is of a service that acrsh does not ask
cloud register	--endpoint-management	*	the endpoint of the classic management
cloud register	--endpoint-microsoft-graph-resource-id	*	the resource of tokens for Microsoft Graph
cloud register	--endpoint-resource-manager	*	the endpoint of the resource manager
cloud register	--endpoint-sql-management	*	accepted as the Azure CLI’s: it is of a service that acrsh does not ask
cloud register	--endpoint-vm-image-alias-doc	*	accepted as the Azure CLI’s: it is of a service that acrsh does not ask
cloud register	--name	*	the cloud’s name
cloud register	--only-show-errors	-	no notes and warnings
cloud register	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
cloud register	--profile	*	accepted as the Azure CLI’s: there is one, `latest`
cloud register	--query	*	picks from the result with a JMESPath expression
cloud register	--skip-endpoint-discovery	-	accepted as the Azure CLI’s: no addresses are looked up
cloud register	--suffix-acr-login-server-endpoint	*	the host suffix of registries
cloud register	--suffix-azure-datalake-analytics-catalog-and-job-endpoint	*	accepted as the Azure CLI’s: it is of a service that acrsh does not ask
cloud register	--suffix-azure-datalake-store-file-system-endpoint	*	accepted as the Azure CLI’s: it is of a service that acrsh does not ask
cloud register	--suffix-keyvault-dns	*	the host suffix of key vaults
cloud register	--suffix-sql-server-hostname	*	the host suffix of SQL servers
cloud register	--suffix-storage-endpoint	*	the host suffix of storage accounts
cloud register	--verbose	-	says how long it took
cloud register	--wide	-	all columns, with whole digests and exact times, as `--output wide`
cloud register	-n	*	the cloud’s name
cloud register	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
cloud set	-	-	Sets the cloud to sign in to, for this and later sessions
cloud set	--debug	-	lists its requests on standard error, and says how long it took
cloud set	--name	AzureCloud,AzureChinaCloud,AzureUSGovernment	the cloud
cloud set	--only-show-errors	-	no notes and warnings
cloud set	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
cloud set	--profile	*	accepted as the Azure CLI’s: there is one, `latest`
cloud set	--query	*	picks from the result with a JMESPath expression
cloud set	--verbose	-	says how long it took
cloud set	--wide	-	all columns, with whole digests and exact times, as `--output wide`
cloud set	-n	AzureCloud,AzureChinaCloud,AzureUSGovernment	the cloud
cloud set	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
cloud show	-	-	Shows the addresses of a cloud
cloud show	--debug	-	lists its requests on standard error, and says how long it took
cloud show	--name	*	the cloud; without it the chosen one
cloud show	--only-show-errors	-	no notes and warnings
cloud show	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
cloud show	--query	*	picks from the result with a JMESPath expression
cloud show	--verbose	-	says how long it took
cloud show	--wide	-	all columns, with whole digests and exact times, as `--output wide`
cloud show	-n	*	the cloud; without it the chosen one
cloud show	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
cloud unregister	-	-	Removes a registered cloud
cloud unregister	--debug	-	lists its requests on standard error, and says how long it took
cloud unregister	--name	*	the cloud
cloud unregister	--only-show-errors	-	no notes and warnings
cloud unregister	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
cloud unregister	--query	*	picks from the result with a JMESPath expression
cloud unregister	--verbose	-	says how long it took
cloud unregister	--wide	-	all columns, with whole digests and exact times, as `--output wide`
cloud unregister	-n	*	the cloud
cloud unregister	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
cloud update	-	-	Changes the addresses of a cloud
cloud update	--debug	-	lists its requests on standard error, and says how long it took
cloud update	--endpoint-active-directory	*	the endpoint of Entra
cloud update	--endpoint-active-directory-data-lake-resource-id	*	accepted as the Azure CLI’s: it is of a service that acrsh does not ask
cloud update	--endpoint-active-directory-graph-resource-id	*	the resource of tokens for Azure AD Graph
cloud update	--endpoint-active-directory-resource-id	*	the resource of tokens for the resource manager
cloud update	--endpoint-gallery	*	accepted as the Azure CLI’s: it is of a service that acrsh does not ask
cloud update	--endpoint-management	*	the endpoint of the classic management
cloud update	--endpoint-microsoft-graph-resource-id	*	the resource of tokens for Microsoft Graph
cloud update	--endpoint-resource-manager	*	the endpoint of the resource manager
cloud update	--endpoint-sql-management	*	accepted as the Azure CLI’s: it is of a service that acrsh does not ask
cloud update	--endpoint-vm-image-alias-doc	*	accepted as the Azure CLI’s: it is of a service that acrsh does not ask
cloud update	--name	*	the cloud’s name
cloud update	--only-show-errors	-	no notes and warnings
cloud update	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
cloud update	--profile	*	accepted as the Azure CLI’s: there is one, `latest`
cloud update	--query	*	picks from the result with a JMESPath expression
cloud update	--skip-endpoint-discovery	-	accepted as the Azure CLI’s: no addresses are looked up
cloud update	--suffix-acr-login-server-endpoint	*	the host suffix of registries
cloud update	--suffix-azure-datalake-analytics-catalog-and-job-endpoint	*	accepted as the Azure CLI’s: it is of a service that acrsh does not ask
cloud update	--suffix-azure-datalake-store-file-system-endpoint	*	accepted as the Azure CLI’s: it is of a service that acrsh does not ask
cloud update	--suffix-keyvault-dns	*	the host suffix of key vaults
cloud update	--suffix-sql-server-hostname	*	the host suffix of SQL servers
cloud update	--suffix-storage-endpoint	*	the host suffix of storage accounts
cloud update	--verbose	-	says how long it took
cloud update	--wide	-	all columns, with whole digests and exact times, as `--output wide`
cloud update	-n	*	the cloud’s name
cloud update	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
configure	-	-	Sets or shows the defaults of flags
configure	--debug	-	lists its requests on standard error, and says how long it took
configure	--defaults	acr=,group=,policy=	NAME=VALUE; the names are acr, group and policy
configure	--list-defaults	-	shows what is chosen
configure	--only-show-errors	-	no notes and warnings
configure	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
configure	--query	*	picks from the result with a JMESPath expression
configure	--scope	global,local	accepted as the Azure CLI’s: defaults are the person’s
configure	--verbose	-	says how long it took
configure	--wide	-	all columns, with whole digests and exact times, as `--output wide`
configure	-d	acr=,group=,policy=	NAME=VALUE; the names are acr, group and policy
configure	-l	-	shows what is chosen
configure	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
confirm	-	-	Asks a question and continues only after yes
confirm	--yes	-	do not ask, the answer is yes
confirm	-y	-	do not ask, the answer is yes
convert	-	-	Writes a file of mirrors as a script
convert	--debug	-	lists its requests on standard error, and says how long it took
convert	--only-show-errors	-	no notes and warnings
convert	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
convert	--query	*	picks from the result with a JMESPath expression
convert	--scoped	-	for a file of skopeo: keeps the whole names of the sources
convert	--verbose	-	says how long it took
convert	--wide	-	all columns, with whole digests and exact times, as `--output wide`
convert	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
convert	@	FILE	the file: acrsh’s own YAML, that of skopeo sync, or that of regsync
count	-	-	Counts the rows
diff	-	-	Compares two images, or the tags of two repositories
diff	--changed	-	only differences
diff	--config	-	compares their settings: environment, labels, entry point; rows are differences
diff	--debug	-	lists its requests on standard error, and says how long it took
diff	--files	-	compares the files of two images; rows are differences
diff	--only-show-errors	-	no notes and warnings
diff	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
diff	--packages	-	compares the packages of their SBOMs; rows are differences
diff	--platform	*	which image of an index, for --files, --config and --packages, as os/architecture[/variant]
diff	--query	*	picks from the result with a JMESPath expression
diff	--verbose	-	says how long it took
diff	--wide	-	all columns, with whole digests and exact times, as `--output wide`
diff	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
drop	-	-	Leaves columns out
each	-	-	Runs a block for each row and returns the results
each	--keep-going	-	continue after errors
enumerate	-	-	Numbers the rows, as `{index, item}`
enumerate	--from	*	the number of the first row
extend	-	-	Adds columns to each row
file show	-	-	Gives the contents of a file of an image
file show	--debug	-	lists its requests on standard error, and says how long it took
file show	--only-show-errors	-	no notes and warnings
file show	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
file show	--platform	*	which image of an index, as os/architecture[/variant]
file show	--query	*	picks from the result with a JMESPath expression
file show	--verbose	-	says how long it took
file show	--wide	-	all columns, with whole digests and exact times, as `--output wide`
file show	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
files	-	-	Lists the files of an image, as a container sees them or layer by layer
files	--by-layer	-	what each layer adds, changes and removes, in the order of its archive
files	--debug	-	lists its requests on standard error, and says how long it took
files	--layer	*	only what this layer does, from 1
files	--only-show-errors	-	no notes and warnings
files	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
files	--platform	*	which image of an index, as os/architecture[/variant]
files	--query	*	picks from the result with a JMESPath expression
files	--verbose	-	says how long it took
files	--wide	-	all columns, with whole digests and exact times, as `--output wide`
files	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
first	-	-	Takes the first row, or a list of the first N rows
flatten	-	-	Flattens nested lists
fold	-	-	Makes one value of all rows, step by step
from	-	-	Parses text into data
from	-	-	Parses text into data
from	@	json,jsonl,csv,tsv,toml	json, jsonl, csv, tsv or toml
from	@	json,jsonl,csv,tsv,toml,yaml	json, jsonl, csv, tsv, toml or yaml
from-base64	-	-	Reads Base64 back into bytes
garbage	-	-	Lists manifests that no tag reaches, with their age and size
garbage	--by	manifest,repository,month	a row for each manifest, repository or month
garbage	--debug	-	lists its requests on standard error, and says how long it took
garbage	--jobs	*	how many repositories to read at a time
garbage	--only-show-errors	-	no notes and warnings
garbage	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
garbage	--query	*	picks from the result with a JMESPath expression
garbage	--verbose	-	says how long it took
garbage	--wide	-	all columns, with whole digests and exact times, as `--output wide`
garbage	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
get	-	-	Gets one column of each row, one field of a record, or one item of a list
glob	-	-	Lists the files whose paths match a pattern, in order
glob	--folders	-	folders too
glob	@	FILE	for example `images/*.csv`, `**/*.json`
group-by	-	-	Groups rows by a column, as `{key, rows}`
help	-	-	Lists the commands, or explains one
history	-	-	Lists the history of all sessions, oldest first
history	--clear	-	forget all entries, or those that contain the text
history	--failed	-	only entries whose last run failed
history	--last	*	only the newest entries, at most this many
http get	-	-	Asks a web server, and gives its answer: JSON as data, anything else as text
http get	--bearer	*	a token for `Authorization: Bearer`
http get	--full	-	give `{status, headers, body}`, whatever the status
http get	--headers	*	header fields as a record; a value may be a secret
http get	--raw	-	give the text of the answer, whatever its type
http post	-	-	Sends data to a web server, and gives its answer
http post	--bearer	*	a token for `Authorization: Bearer`
http post	--body	*	what to send (what comes from the pipe): data as JSON, a text as it is
http post	--content-type	*	the type of the body, where it is another one
http post	--full	-	give `{status, headers, body}`, whatever the status
http post	--headers	*	header fields as a record; a value may be a secret
http post	--raw	-	give the text of the answer, whatever its type
ignore	-	-	Discards the result
import	-	-	Copies an image or any other artifact into a registry, without Docker
import	--accept	*	a block that looks at the image first, and refuses it by `throw`
import	--all-tags	-	also the other tags of the source that point at the same image
import	--deadline	*	ends the run after this time, such as 3h, with a true report and journal (exit code 8)
import	--debug	-	lists its requests on standard error, and says how long it took
import	--engine	auto,service,direct	who copies: Azure (service), this machine (direct), or whichever fits
import	--force	-	moves tags that point at another image; in a folder it also replaces damaged files
import	--image	*	the image’s repository:tag in the target
import	--jobs	*	with rows: how many imports to run at a time, at most (128; 16 by Azure)
import	--journal	FILE	with rows: a journal file, to resume a run that was killed; or HOST/REPOSITORY:TAG
import	--keep-going	-	with rows: continues when one fails
import	--lock	*	only one run at a time holds the lock of this name on this machine; a path is a file of its own
import	--log	json,text	writes a log: json or text, a line for each row and message
import	--log-file	FILE	the file that the log is added to
import	--log-level	error,warn,info,debug	the least that is logged: error, warn, info or debug
import	--metrics	FILE	a file of figures about the run, for Prometheus (OpenMetrics)
import	--name	*	the registry to import into: a name, a host, or oci:PATH
import	--no-preflight	-	skips the checks before the import
import	--no-referrers	-	leaves out signatures, SBOMs and other referrers of the image
import	--no-wait	-	returns once Azure has started; `operation wait` waits for the end
import	--only-show-errors	-	no notes and warnings
import	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
import	--password	*	the password or token for the source’s registry
import	--policy	FILE	a file of rules for what may be brought in (acrsh: policy)
import	--preflight	-	checks first whether Azure can import (the default)
import	--query	*	picks from the result with a JMESPath expression
import	--referrers	-	looks for signatures, SBOMs and other referrers of all platforms again (see --no-referrers)
import	--registry	*	the source’s registry: a name, a host or a resource id
import	--report	FILE	with rows: a file about the run: .json, .jsonl, .csv, .md, .html or .xml (JUnit); or HOST/REPOSITORY:TAG
import	--report-format	json,jsonl,csv,md,junit,html	the form of the report: json, jsonl, csv, md, junit, html
import	--repository	*	a repository to import into without a tag
import	--resource-group	*	the resource group of the registry to import into
import	--shard	*	only this part of the rows, by their target’s repository: 2/8 is the second of eight; auto/8 in an Indexed Job of Kubernetes
import	--source	*	the image to import, with its registry unless --registry names it
import	--subscription	*	the subscription of the registry to import into, by name or id
import	--timeout	*	how long to wait for Azure at most
import	--username	*	the user for the source’s registry
import	--verbose	-	says how long it took
import	--wide	-	all columns, with whole digests and exact times, as `--output wide`
import	-g	*	the resource group of the registry to import into
import	-n	*	the registry to import into: a name, a host, or oci:PATH
import	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
import	-p	*	the password or token for the source’s registry
import	-r	*	the source’s registry: a name, a host or a resource id
import	-s	*	the subscription of the registry to import into, by name or id
import	-t	*	the image’s repository:tag in the target
import	-u	*	the user for the source’s registry
input	-	-	Asks a question and gives the answer
input	--choice	*	an answer that is allowed
input	--default	*	the answer where nothing is typed, and without a terminal
input	-c	*	an answer that is allowed
input	-d	*	the answer where nothing is typed, and without a terminal
join-by	-	-	Joins two tables by a column, as `{COLUMN, left, right}`
join-by	--outer	-	also rows without a partner
last	-	-	Takes the last row, or a list of the last N rows
latest	-	-	Gives the row with the newest version, or the latest time
latest	--prerelease	-	versions such as 2.0.0-rc.1 count too
latest	--within	*	only versions of a range such as `^1.4`
layers	-	-	Lists the layers of an image: command, size, files, wasted bytes
layers	--all	-	also the steps that made no layer
layers	--debug	-	lists its requests on standard error, and says how long it took
layers	--manifest-only	-	reads no layer: `files`, `unpacked` and `wasted` are null
layers	--name	*	repository:tag or repository@digest
layers	--only-show-errors	-	no notes and warnings
layers	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
layers	--platform	*	which image of an index, as os/architecture[/variant]
layers	--query	*	picks from the result with a JMESPath expression
layers	--registry	*	the registry: a name, a host, or oci:PATH
layers	--verbose	-	says how long it took
layers	--wide	-	all columns, with whole digests and exact times, as `--output wide`
layers	-n	*	repository:tag or repository@digest
layers	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
layers	-r	*	the registry: a name, a host, or oci:PATH
lines	-	-	Splits text into lines, without empty lines at the end
list-metadata	-	-	Lists the manifests of a repository with their tags, platforms and sizes
list-metadata	--allow-missing	-	a repository that does not exist has no rows, instead of being an error
list-metadata	--debug	-	lists its requests on standard error, and says how long it took
list-metadata	--name	*	the repository
list-metadata	--only-show-errors	-	no notes and warnings
list-metadata	--orderby	time_asc,time_desc	by time, oldest or newest first
list-metadata	--orphaned	-	lists only what no tag, index or subject leads to; implies --used-by
list-metadata	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
list-metadata	--password	*	the password for the registry; without a user an access token
list-metadata	--query	*	picks from the result with a JMESPath expression
list-metadata	--registry	*	the registry: a name, a host, or oci:PATH
list-metadata	--resource-group	*	the resource group of the registry
list-metadata	--subscription	*	the subscription of the registry, by name or id
list-metadata	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
list-metadata	--top	*	at most this many rows
list-metadata	--used-by	-	adds what needs each manifest, and the bytes that deleting it frees
list-metadata	--username	*	the user for the registry, for this command only
list-metadata	--verbose	-	says how long it took
list-metadata	--wide	-	all columns, with whole digests and exact times, as `--output wide`
list-metadata	-g	*	the resource group of the registry
list-metadata	-n	*	the repository
list-metadata	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
list-metadata	-p	*	the password for the registry; without a user an access token
list-metadata	-r	*	the registry: a name, a host, or oci:PATH
list-metadata	-u	*	the user for the registry, for this command only
login	-	-	Signs in to Azure for this session
login	--allow-no-subscriptions	-	allows an account without subscriptions
login	--az-cli	-	the account that is signed in to the Azure CLI
login	--certificate	FILE	the service principal’s certificate and key, PEM or PFX
login	--certificate-password	*	the password of the certificate’s file
login	--claims-challenge	*	base64 of the claims that a service asked for
login	--client-id	*	with --identity: the client id of a user-assigned one
login	--debug	-	lists its requests on standard error, and says how long it took
login	--federated-token	*	a token of another issuer that the service principal trusts
login	--federated-token-file	FILE	a file with such a token, kept up to date
login	--identity	-	a managed identity of this machine
login	--object-id	*	with --identity: the object id of a user-assigned one
login	--only-show-errors	-	no notes and warnings
login	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
login	--password	*	the service principal’s secret; prompted for if nothing else is given
login	--query	*	picks from the result with a JMESPath expression
login	--resource-id	*	with --identity: the resource id of a user-assigned one
login	--save	-	stays signed in for later sessions
login	--scope	*	the scope of the first token
login	--service-principal	-	a service principal: with --username, --tenant and one kind of credential
login	--skip-sub	-	the same as --skip-subscription-discovery
login	--skip-subscription-discovery	-	looks up no subscriptions
login	--subscription	*	the subscription to work in, by name or id
login	--tenant	*	the tenant, by its id or domain
login	--use-cert-sn-issuer	-	sends the certificate with its chain, for trust by subject name and issuer
login	--use-device-code	-	signs in a person with a browser on any device
login	--username	*	with --service-principal its application id; with --identity the identity’s client, object or resource id
login	--verbose	-	says how long it took
login	--wide	-	all columns, with whole digests and exact times, as `--output wide`
login	-i	-	a managed identity of this machine
login	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
login	-p	*	the service principal’s secret; prompted for if nothing else is given
login	-s	*	the subscription to work in, by name or id
login	-t	*	the tenant, by its id or domain
login	-u	*	with --service-principal its application id; with --identity the identity’s client, object or resource id
logout	-	-	Signs out of Azure and removes a saved sign-in
logout	--debug	-	lists its requests on standard error, and says how long it took
logout	--only-show-errors	-	no notes and warnings
logout	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
logout	--query	*	picks from the result with a JMESPath expression
logout	--username	*	only if it is this account that is signed in
logout	--verbose	-	says how long it took
logout	--wide	-	all columns, with whole digests and exact times, as `--output wide`
logout	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
ls	-	-	Lists what is here: registries, repositories, tags, platforms, layers, files
ls	--debug	-	lists its requests on standard error, and says how long it took
ls	--only-show-errors	-	no notes and warnings
ls	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
ls	--query	*	picks from the result with a JMESPath expression
ls	--verbose	-	says how long it took
ls	--wide	-	all columns, with whole digests and exact times, as `--output wide`
ls	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest config	-	-	Shows the configuration of an image: platform, entry point, environment, labels
manifest config	--debug	-	lists its requests on standard error, and says how long it took
manifest config	--name	*	repository:tag or repository@digest
manifest config	--only-show-errors	-	no notes and warnings
manifest config	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest config	--platform	*	which image of an index, as os/architecture[/variant]
manifest config	--query	*	picks from the result with a JMESPath expression
manifest config	--registry	*	the registry: a name, a host, or oci:PATH
manifest config	--verbose	-	says how long it took
manifest config	--wide	-	all columns, with whole digests and exact times, as `--output wide`
manifest config	-n	*	repository:tag or repository@digest
manifest config	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest config	-r	*	the registry: a name, a host, or oci:PATH
manifest delete	-	-	Deletes a manifest with all its tags
manifest delete	--debug	-	lists its requests on standard error, and says how long it took
manifest delete	--force	-	deletes it even if an index or its subject needs it (with --yes, without checking)
manifest delete	--name	*	repository:tag or repository@digest
manifest delete	--only-show-errors	-	no notes and warnings
manifest delete	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest delete	--password	*	the password for the registry; without a user an access token
manifest delete	--query	*	picks from the result with a JMESPath expression
manifest delete	--registry	*	the registry: a name, a host, or oci:PATH
manifest delete	--resource-group	*	the resource group of the registry
manifest delete	--subscription	*	the subscription of the registry, by name or id
manifest delete	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
manifest delete	--username	*	the user for the registry, for this command only
manifest delete	--verbose	-	says how long it took
manifest delete	--wide	-	all columns, with whole digests and exact times, as `--output wide`
manifest delete	--yes	-	do not ask
manifest delete	-g	*	the resource group of the registry
manifest delete	-n	*	repository:tag or repository@digest
manifest delete	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest delete	-p	*	the password for the registry; without a user an access token
manifest delete	-r	*	the registry: a name, a host, or oci:PATH
manifest delete	-u	*	the user for the registry, for this command only
manifest delete	-y	-	do not ask
manifest digest	-	-	Gives the digest of a manifest
manifest digest	--debug	-	lists its requests on standard error, and says how long it took
manifest digest	--name	*	repository:tag or repository@digest
manifest digest	--only-show-errors	-	no notes and warnings
manifest digest	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest digest	--platform	*	the image of an index, as os/architecture[/variant]
manifest digest	--query	*	picks from the result with a JMESPath expression
manifest digest	--registry	*	the registry: a name, a host, or oci:PATH
manifest digest	--verbose	-	says how long it took
manifest digest	--wide	-	all columns, with whole digests and exact times, as `--output wide`
manifest digest	-n	*	repository:tag or repository@digest
manifest digest	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest digest	-r	*	the registry: a name, a host, or oci:PATH
manifest list	-	-	Reads every manifest of a repository
manifest list	--allow-missing	-	a repository that does not exist has no rows, instead of being an error
manifest list	--debug	-	lists its requests on standard error, and says how long it took
manifest list	--name	*	the repository
manifest list	--only-show-errors	-	no notes and warnings
manifest list	--orderby	time_asc,time_desc	by time, oldest or newest first
manifest list	--orphaned	-	lists only what no tag, index or subject leads to; implies --used-by
manifest list	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest list	--password	*	the password for the registry; without a user an access token
manifest list	--query	*	picks from the result with a JMESPath expression
manifest list	--registry	*	the registry: a name, a host, or oci:PATH
manifest list	--resource-group	*	the resource group of the registry
manifest list	--subscription	*	the subscription of the registry, by name or id
manifest list	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
manifest list	--top	*	at most this many rows
manifest list	--used-by	-	adds what needs each manifest, and the bytes that deleting it frees
manifest list	--username	*	the user for the registry, for this command only
manifest list	--verbose	-	says how long it took
manifest list	--wide	-	all columns, with whole digests and exact times, as `--output wide`
manifest list	-g	*	the resource group of the registry
manifest list	-n	*	the repository
manifest list	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest list	-p	*	the password for the registry; without a user an access token
manifest list	-r	*	the registry: a name, a host, or oci:PATH
manifest list	-u	*	the user for the registry, for this command only
manifest list-deleted	-	-	Lists deleted manifests that an Azure registry still has
manifest list-deleted	--debug	-	lists its requests on standard error, and says how long it took
manifest list-deleted	--name	*	the repository
manifest list-deleted	--only-show-errors	-	no notes and warnings
manifest list-deleted	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest list-deleted	--password	*	the password for the registry; without a user an access token
manifest list-deleted	--query	*	picks from the result with a JMESPath expression
manifest list-deleted	--registry	*	the registry: a name or a host
manifest list-deleted	--resource-group	*	the resource group of the registry
manifest list-deleted	--subscription	*	the subscription of the registry, by name or id
manifest list-deleted	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
manifest list-deleted	--username	*	the user for the registry, for this command only
manifest list-deleted	--verbose	-	says how long it took
manifest list-deleted	--wide	-	all columns, with whole digests and exact times, as `--output wide`
manifest list-deleted	-g	*	the resource group of the registry
manifest list-deleted	-n	*	the repository
manifest list-deleted	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest list-deleted	-p	*	the password for the registry; without a user an access token
manifest list-deleted	-r	*	the registry: a name or a host
manifest list-deleted	-u	*	the user for the registry, for this command only
manifest list-deleted-tags	-	-	Lists deleted tags that an Azure registry still has
manifest list-deleted-tags	--debug	-	lists its requests on standard error, and says how long it took
manifest list-deleted-tags	--name	*	the repository
manifest list-deleted-tags	--only-show-errors	-	no notes and warnings
manifest list-deleted-tags	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest list-deleted-tags	--password	*	the password for the registry; without a user an access token
manifest list-deleted-tags	--query	*	picks from the result with a JMESPath expression
manifest list-deleted-tags	--registry	*	the registry: a name or a host
manifest list-deleted-tags	--resource-group	*	the resource group of the registry
manifest list-deleted-tags	--subscription	*	the subscription of the registry, by name or id
manifest list-deleted-tags	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
manifest list-deleted-tags	--username	*	the user for the registry, for this command only
manifest list-deleted-tags	--verbose	-	says how long it took
manifest list-deleted-tags	--wide	-	all columns, with whole digests and exact times, as `--output wide`
manifest list-deleted-tags	-g	*	the resource group of the registry
manifest list-deleted-tags	-n	*	the repository
manifest list-deleted-tags	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest list-deleted-tags	-p	*	the password for the registry; without a user an access token
manifest list-deleted-tags	-r	*	the registry: a name or a host
manifest list-deleted-tags	-u	*	the user for the registry, for this command only
manifest list-metadata	-	-	Lists the manifests of a repository with their tags, platforms and sizes
manifest list-metadata	--allow-missing	-	a repository that does not exist has no rows, instead of being an error
manifest list-metadata	--debug	-	lists its requests on standard error, and says how long it took
manifest list-metadata	--name	*	the repository
manifest list-metadata	--only-show-errors	-	no notes and warnings
manifest list-metadata	--orderby	time_asc,time_desc	by time, oldest or newest first
manifest list-metadata	--orphaned	-	lists only what no tag, index or subject leads to; implies --used-by
manifest list-metadata	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest list-metadata	--password	*	the password for the registry; without a user an access token
manifest list-metadata	--query	*	picks from the result with a JMESPath expression
manifest list-metadata	--registry	*	the registry: a name, a host, or oci:PATH
manifest list-metadata	--resource-group	*	the resource group of the registry
manifest list-metadata	--subscription	*	the subscription of the registry, by name or id
manifest list-metadata	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
manifest list-metadata	--top	*	at most this many rows
manifest list-metadata	--used-by	-	adds what needs each manifest, and the bytes that deleting it frees
manifest list-metadata	--username	*	the user for the registry, for this command only
manifest list-metadata	--verbose	-	says how long it took
manifest list-metadata	--wide	-	all columns, with whole digests and exact times, as `--output wide`
manifest list-metadata	-g	*	the resource group of the registry
manifest list-metadata	-n	*	the repository
manifest list-metadata	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest list-metadata	-p	*	the password for the registry; without a user an access token
manifest list-metadata	-r	*	the registry: a name, a host, or oci:PATH
manifest list-metadata	-u	*	the user for the registry, for this command only
manifest list-referrers	-	-	Lists what refers to an image, as the registry’s list has it
manifest list-referrers	--artifact-type	*	only those of this type
manifest list-referrers	--debug	-	lists its requests on standard error, and says how long it took
manifest list-referrers	--name	*	repository:tag or repository@digest
manifest list-referrers	--only-show-errors	-	no notes and warnings
manifest list-referrers	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest list-referrers	--password	*	the password for the registry; without a user an access token
manifest list-referrers	--query	*	picks from the result with a JMESPath expression
manifest list-referrers	--recursive	-	also what refers to them, one level down as the Azure CLI does it
manifest list-referrers	--registry	*	the registry: a name, a host, or oci:PATH
manifest list-referrers	--resource-group	*	the resource group of the registry
manifest list-referrers	--subscription	*	the subscription of the registry, by name or id
manifest list-referrers	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
manifest list-referrers	--username	*	the user for the registry, for this command only
manifest list-referrers	--verbose	-	says how long it took
manifest list-referrers	--wide	-	all columns, with whole digests and exact times, as `--output wide`
manifest list-referrers	-g	*	the resource group of the registry
manifest list-referrers	-n	*	repository:tag or repository@digest
manifest list-referrers	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest list-referrers	-p	*	the password for the registry; without a user an access token
manifest list-referrers	-r	*	the registry: a name, a host, or oci:PATH
manifest list-referrers	-u	*	the user for the registry, for this command only
manifest restore	-	-	Restores a deleted manifest of an Azure registry under a tag
manifest restore	--debug	-	lists its requests on standard error, and says how long it took
manifest restore	--digest	*	which deleted manifest; without it the last one of the tag
manifest restore	--force	-	moves the tag if it points at another manifest
manifest restore	--name	*	repository:tag or repository@digest
manifest restore	--only-show-errors	-	no notes and warnings
manifest restore	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest restore	--password	*	the password for the registry; without a user an access token
manifest restore	--query	*	picks from the result with a JMESPath expression
manifest restore	--registry	*	the registry: a name, a host, or oci:PATH
manifest restore	--resource-group	*	the resource group of the registry
manifest restore	--subscription	*	the subscription of the registry, by name or id
manifest restore	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
manifest restore	--username	*	the user for the registry, for this command only
manifest restore	--verbose	-	says how long it took
manifest restore	--wide	-	all columns, with whole digests and exact times, as `--output wide`
manifest restore	--yes	-	do not ask
manifest restore	-d	*	which deleted manifest; without it the last one of the tag
manifest restore	-f	-	moves the tag if it points at another manifest
manifest restore	-g	*	the resource group of the registry
manifest restore	-n	*	repository:tag or repository@digest
manifest restore	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest restore	-p	*	the password for the registry; without a user an access token
manifest restore	-r	*	the registry: a name, a host, or oci:PATH
manifest restore	-u	*	the user for the registry, for this command only
manifest restore	-y	-	do not ask
manifest show	-	-	Shows a manifest as a record
manifest show	--debug	-	lists its requests on standard error, and says how long it took
manifest show	--name	*	repository:tag or repository@digest
manifest show	--only-show-errors	-	no notes and warnings
manifest show	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest show	--password	*	the password for the registry; without a user an access token
manifest show	--platform	*	the image of an index, as os/architecture[/variant]
manifest show	--query	*	picks from the result with a JMESPath expression
manifest show	--raw	-	gives the exact bytes instead of a record
manifest show	--registry	*	the registry: a name, a host, or oci:PATH
manifest show	--resource-group	*	the resource group of the registry
manifest show	--subscription	*	the subscription of the registry, by name or id
manifest show	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
manifest show	--username	*	the user for the registry, for this command only
manifest show	--verbose	-	says how long it took
manifest show	--wide	-	all columns, with whole digests and exact times, as `--output wide`
manifest show	-g	*	the resource group of the registry
manifest show	-n	*	repository:tag or repository@digest
manifest show	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest show	-p	*	the password for the registry; without a user an access token
manifest show	-r	*	the registry: a name, a host, or oci:PATH
manifest show	-u	*	the user for the registry, for this command only
manifest show-metadata	-	-	Shows times and locks of a tag or a manifest of an Azure registry
manifest show-metadata	--debug	-	lists its requests on standard error, and says how long it took
manifest show-metadata	--name	*	repository:tag or repository@digest
manifest show-metadata	--only-show-errors	-	no notes and warnings
manifest show-metadata	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest show-metadata	--password	*	the password for the registry; without a user an access token
manifest show-metadata	--query	*	picks from the result with a JMESPath expression
manifest show-metadata	--registry	*	the registry: a name, a host, or oci:PATH
manifest show-metadata	--resource-group	*	the resource group of the registry
manifest show-metadata	--subscription	*	the subscription of the registry, by name or id
manifest show-metadata	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
manifest show-metadata	--username	*	the user for the registry, for this command only
manifest show-metadata	--verbose	-	says how long it took
manifest show-metadata	--wide	-	all columns, with whole digests and exact times, as `--output wide`
manifest show-metadata	-g	*	the resource group of the registry
manifest show-metadata	-n	*	repository:tag or repository@digest
manifest show-metadata	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest show-metadata	-p	*	the password for the registry; without a user an access token
manifest show-metadata	-r	*	the registry: a name, a host, or oci:PATH
manifest show-metadata	-u	*	the user for the registry, for this command only
manifest tree	-	-	Shows the parts of an image as a tree: index, platforms, configurations, layers and referrers
manifest tree	--debug	-	lists its requests on standard error, and says how long it took
manifest tree	--flat	-	a row for each part, with its depth, instead of records in records
manifest tree	--name	*	repository:tag or repository@digest
manifest tree	--only-show-errors	-	no notes and warnings
manifest tree	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest tree	--platform	*	only the image of an index, as os/architecture[/variant]
manifest tree	--query	*	picks from the result with a JMESPath expression
manifest tree	--registry	*	the registry: a name, a host, or oci:PATH
manifest tree	--verbose	-	says how long it took
manifest tree	--wide	-	all columns, with whole digests and exact times, as `--output wide`
manifest tree	-n	*	repository:tag or repository@digest
manifest tree	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest tree	-r	*	the registry: a name, a host, or oci:PATH
manifest update-metadata	-	-	Sets the locks of a tag or a manifest of an Azure registry
manifest update-metadata	--debug	-	lists its requests on standard error, and says how long it took
manifest update-metadata	--delete-enabled	*	whether it may be deleted
manifest update-metadata	--list-enabled	*	whether lists show it
manifest update-metadata	--name	*	repository:tag or repository@digest
manifest update-metadata	--only-show-errors	-	no notes and warnings
manifest update-metadata	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest update-metadata	--password	*	the password for the registry; without a user an access token
manifest update-metadata	--query	*	picks from the result with a JMESPath expression
manifest update-metadata	--read-enabled	*	whether it may be pulled
manifest update-metadata	--registry	*	the registry: a name, a host, or oci:PATH
manifest update-metadata	--resource-group	*	the resource group of the registry
manifest update-metadata	--subscription	*	the subscription of the registry, by name or id
manifest update-metadata	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
manifest update-metadata	--username	*	the user for the registry, for this command only
manifest update-metadata	--verbose	-	says how long it took
manifest update-metadata	--wide	-	all columns, with whole digests and exact times, as `--output wide`
manifest update-metadata	--write-enabled	*	whether it may be overwritten
manifest update-metadata	-g	*	the resource group of the registry
manifest update-metadata	-n	*	repository:tag or repository@digest
manifest update-metadata	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
manifest update-metadata	-p	*	the password for the registry; without a user an access token
manifest update-metadata	-r	*	the registry: a name, a host, or oci:PATH
manifest update-metadata	-u	*	the user for the registry, for this command only
max	-	-	Gives the greatest of the rows, or of one of their columns
min	-	-	Gives the least of the rows, or of one of their columns
mirror	-	-	Mirrors a repository: all tags, or the selected ones
mirror	--all-repositories	-	source and target are registries, and every repository is mirrored
mirror	--allow-empty-source	-	with --prune: deletes even if the source lists no tags at all
mirror	--deadline	*	ends the run after this time, such as 3h, with a true report and journal (exit code 8)
mirror	--debug	-	lists its requests on standard error, and says how long it took
mirror	--dry-run	-	shows what would be done
mirror	--engine	direct,service	who copies images: this machine (direct) or Azure (service)
mirror	--except-repositories	*	with --all-repositories: not those whose name fits a glob or /regex/
mirror	--except-tags	*	not tags that fit a glob, /regex/ or version range
mirror	--file	FILE	a file of what to mirror, in place of source and target: acrsh’s YAML, skopeo’s, regsync’s
mirror	--jobs	*	how many tags to copy at a time, at most (128; 16 by Azure)
mirror	--journal	FILE	a journal file, to resume a run that was killed; or HOST/REPOSITORY:TAG
mirror	--keep-going	-	continues when a tag fails
mirror	--lock	*	only one run at a time holds the lock of this name on this machine; a path is a file of its own
mirror	--log	json,text	writes a log: json or text, a line for each row and message
mirror	--log-file	FILE	the file that the log is added to
mirror	--log-level	error,warn,info,debug	the least that is logged: error, warn, info or debug
mirror	--metrics	FILE	a file of figures about the run, for Prometheus (OpenMetrics)
mirror	--newer-than	*	only tags that are not older than this, for example 90d
mirror	--newest	*	only the newest tags, at most this many
mirror	--no-referrers	-	leaves them out, as --referrers false does
mirror	--only-show-errors	-	no notes and warnings
mirror	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
mirror	--platform	*	exactly these platforms of each image, for example linux/arm64
mirror	--policy	FILE	a file of rules for what may be brought in (acrsh: policy)
mirror	--prune	-	deletes tags at the target that the source does not have, after asking
mirror	--query	*	picks from the result with a JMESPath expression
mirror	--referrers	*	whether to copy signatures, SBOMs and other referrers
mirror	--report	FILE	a file about the run: .json, .jsonl, .csv, .md, .html or .xml (JUnit); or HOST/REPOSITORY:TAG
mirror	--report-format	json,jsonl,csv,md,junit,html	the form of the report: json, jsonl, csv, md, junit, html
mirror	--repositories	*	with --all-repositories: those whose name fits a glob or /regex/
mirror	--scoped	-	with a file of skopeo: keeps the whole names of the sources
mirror	--shard	*	only this part of the repositories: 2/8 is the second of eight; auto/8 in an Indexed Job of Kubernetes
mirror	--tags	*	only tags that fit a glob, /regex/ or version range
mirror	--verbose	-	says how long it took
mirror	--versions	*	only tags that are versions in a range, such as 1.x or ">=1.2 <2"
mirror	--wide	-	all columns, with whole digests and exact times, as `--output wide`
mirror	--yes	-	does not ask before it deletes
mirror	-f	FILE	a file of what to mirror, in place of source and target: acrsh’s YAML, skopeo’s, regsync’s
mirror	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
mirror	-y	-	does not ask before it deletes
open	-	-	Reads a file: .json, .jsonl, .csv and .tsv as data, anything else as text
open	--format	json,jsonl,csv,tsv	what it is, where the name does not say: json, jsonl, csv or tsv
open	--raw	-	give the text, whatever the name’s ending
open	-f	json,jsonl,csv,tsv	what it is, where the name does not say: json, jsonl, csv or tsv
open	@	FILE	the file; `-` is standard input
operation list	-	-	Lists pending Azure imports
operation list	--debug	-	lists its requests on standard error, and says how long it took
operation list	--only-show-errors	-	no notes and warnings
operation list	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
operation list	--query	*	picks from the result with a JMESPath expression
operation list	--verbose	-	says how long it took
operation list	--wide	-	all columns, with whole digests and exact times, as `--output wide`
operation list	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
operation show	-	-	Shows the state of an Azure import
operation show	--debug	-	lists its requests on standard error, and says how long it took
operation show	--only-show-errors	-	no notes and warnings
operation show	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
operation show	--query	*	picks from the result with a JMESPath expression
operation show	--verbose	-	says how long it took
operation show	--wide	-	all columns, with whole digests and exact times, as `--output wide`
operation show	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
operation wait	-	-	Waits for a pending Azure import, and fails if it failed
operation wait	--debug	-	lists its requests on standard error, and says how long it took
operation wait	--only-show-errors	-	no notes and warnings
operation wait	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
operation wait	--query	*	picks from the result with a JMESPath expression
operation wait	--timeout	*	how long to wait at most
operation wait	--verbose	-	says how long it took
operation wait	--wide	-	all columns, with whole digests and exact times, as `--output wide`
operation wait	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
par-each	-	-	Runs a block for each row, several at a time, and returns the results in the order of the rows
par-each	--jobs	*	how many at a time, 1 to 64
par-each	--keep-going	-	continue after errors
par-each	-j	*	how many at a time, 1 to 64
percentile	-	-	Gives the value that so many percent of the rows do not exceed
preflight	-	-	Checks whether Azure can import an image, without importing it
preflight	--all-tags	-	also the other tags of the source that point at the same image
preflight	--debug	-	lists its requests on standard error, and says how long it took
preflight	--force	-	tags that point at another image may be moved
preflight	--image	*	the image’s repository:tag in the target
preflight	--name	*	the registry to import into
preflight	--only-show-errors	-	no notes and warnings
preflight	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
preflight	--password	*	the password or token for the source’s registry
preflight	--policy	FILE	a file of rules for what may be brought in (acrsh: policy)
preflight	--query	*	picks from the result with a JMESPath expression
preflight	--registry	*	the source’s registry: a name, a host or a resource id
preflight	--repository	*	a repository to import into without a tag
preflight	--resource-group	*	the resource group of the registry to import into
preflight	--source	*	the image to import, with its registry unless --registry names it
preflight	--subscription	*	the subscription of the registry to import into, by name or id
preflight	--username	*	the user for the source’s registry
preflight	--verbose	-	says how long it took
preflight	--wide	-	all columns, with whole digests and exact times, as `--output wide`
preflight	-g	*	the resource group of the registry to import into
preflight	-n	*	the registry to import into
preflight	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
preflight	-p	*	the password or token for the source’s registry
preflight	-r	*	the source’s registry: a name, a host or a resource id
preflight	-s	*	the subscription of the registry to import into, by name or id
preflight	-t	*	the image’s repository:tag in the target
preflight	-u	*	the user for the source’s registry
print	-	-	Prints its arguments, or each row from the pipe
print	--err	-	write to standard error
print	--raw	-	send control characters to a terminal as they are
prompt	-	-	Configures the prompt
prompt	--plain	-	only the text at the start
prompt	--slow	*	shows the time of entries that take at least this long
prompt	--suggestions	*	whether to suggest earlier entries
prompt	--text	*	the text at the start
prompt	@	registry,identity,sandbox,dry-run,state,duration	registry: the place that `cd` went to, else the registry signed in to; identity: who is signed in; sandbox: a mark in the sandbox; dry-run: a mark in a dry run; state: the kind of the error the last entry ended with; duration: how long the last entry took, when it was long
provenance	-	-	Shows how an image was built: builder, source, commit, materials
provenance	--debug	-	lists its requests on standard error, and says how long it took
provenance	--from	*	which of several: the digest of the referrer, or of its blob
provenance	--name	*	repository:tag or repository@digest
provenance	--only-show-errors	-	no notes and warnings
provenance	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
provenance	--platform	*	which image of an index, as os/architecture[/variant]
provenance	--query	*	picks from the result with a JMESPath expression
provenance	--registry	*	the registry: a name, a host, or oci:PATH
provenance	--verbose	-	says how long it took
provenance	--wide	-	all columns, with whole digests and exact times, as `--output wide`
provenance	-n	*	repository:tag or repository@digest
provenance	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
provenance	-r	*	the registry: a name, a host, or oci:PATH
purge	-	-	Deletes tags and manifests of a registry by rules
purge	--all	-	lists what is kept, too, with the rule that keeps it
purge	--deadline	*	ends the run after this time, such as 3h, with a true report and journal (exit code 8)
purge	--debug	-	lists its requests on standard error, and says how long it took
purge	--dry-run	-	shows the plan and deletes nothing
purge	--exact-bytes	-	reads every manifest of an Azure registry, to count bytes exactly
purge	--group	*	with --keep: of each repository, minor (version), or /expression/
purge	--include-locked	-	unlocks and deletes what is locked, too
purge	--jobs	*	how many repositories to clean at a time
purge	--journal	FILE	a journal file: a run after one that was killed tells what that one deleted; or HOST/REPOSITORY:TAG
purge	--keep	*	keeps the newest tags of those that would be deleted, this many
purge	--keep-if	*	a block that is asked about all that a rule deletes; true keeps it
purge	--keep-tags	*	never deletes tags that fit a glob, /regex/ or version range
purge	--lock	*	only one run at a time holds the lock of this name on this machine; a path is a file of its own
purge	--log	json,text	writes a log: json or text, a line for each row and message
purge	--log-file	FILE	the file that the log is added to
purge	--log-level	error,warn,info,debug	the least that is logged: error, warn, info or debug
purge	--max-share	*	the largest share of a repository that may go, such as 80% (default 50%)
purge	--metrics	FILE	a file of figures about the run, for Prometheus (OpenMetrics)
purge	--older-than	*	deletes only what was last changed longer ago, such as 30d
purge	--only-show-errors	-	no notes and warnings
purge	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
purge	--query	*	picks from the result with a JMESPath expression
purge	--report	FILE	a file about the run: .json, .jsonl, .csv, .md, .html or .xml (JUnit); or HOST/REPOSITORY:TAG
purge	--report-format	json,jsonl,csv,md,junit,html	the form of the report: json, jsonl, csv, md, junit, html
purge	--rules	FILE	a file of rules in YAML (docs/purge.md)
purge	--shard	*	only this part of the repositories: 2/8 is the second of eight; auto/8 in an Indexed Job of Kubernetes
purge	--tags	*	deletes tags that fit a glob, /regex/ or version range
purge	--untagged	-	deletes manifests that no tag and nothing else needs
purge	--verbose	-	says how long it took
purge	--wide	-	all columns, with whole digests and exact times, as `--output wide`
purge	--yes	-	do not ask
purge	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
purge	-y	-	do not ask
pwd	-	-	Says where one is: the place that `cd` went to
pwd	--debug	-	lists its requests on standard error, and says how long it took
pwd	--only-show-errors	-	no notes and warnings
pwd	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
pwd	--query	*	picks from the result with a JMESPath expression
pwd	--verbose	-	says how long it took
pwd	--wide	-	all columns, with whole digests and exact times, as `--output wide`
pwd	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
query	-	-	Queries a value or rows with a JMESPath expression, like the Azure CLI’s --query
quit	-	-	Leaves the prompt or script, as `exit` does
referrers	-	-	Lists signatures, SBOMs, provenance and other referrers of an image
referrers	--debug	-	lists its requests on standard error, and says how long it took
referrers	--kind	signature,sbom,provenance,attestation,other	only these: signature, sbom, provenance, attestation, other
referrers	--name	*	repository:tag or repository@digest
referrers	--only-show-errors	-	no notes and warnings
referrers	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
referrers	--platform	*	only what is about the image for this platform, as os/architecture[/variant]
referrers	--query	*	picks from the result with a JMESPath expression
referrers	--registry	*	the registry: a name, a host, or oci:PATH
referrers	--verbose	-	says how long it took
referrers	--wide	-	all columns, with whole digests and exact times, as `--output wide`
referrers	-n	*	repository:tag or repository@digest
referrers	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
referrers	-r	*	the registry: a name, a host, or oci:PATH
rename	-	-	Gives columns other names
report merge	-	-	Makes one report of the reports of all parts of a run
report merge	--debug	-	lists its requests on standard error, and says how long it took
report merge	--only-show-errors	-	no notes and warnings
report merge	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
report merge	--query	*	picks from the result with a JMESPath expression
report merge	--report	FILE	a file for the report of all: .json, .jsonl, .csv, .md, .html or .xml (JUnit)
report merge	--report-format	json,jsonl,csv,md,junit,html	the form of the report: json, jsonl, csv, md, junit, html
report merge	--verbose	-	says how long it took
report merge	--wide	-	all columns, with whole digests and exact times, as `--output wide`
report merge	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
report merge	@	FILE	the reports: .json, .jsonl or .csv, or HOST/REPOSITORY:TAG
repository delete	-	-	Deletes a repository of an Azure registry, or an image with all its tags
repository delete	--debug	-	lists its requests on standard error, and says how long it took
repository delete	--force	-	deletes it even if an index or its subject needs it (with --yes, without checking)
repository delete	--image	*	one image: repository:tag or repository@digest
repository delete	--name	*	the registry: a name or a host
repository delete	--only-show-errors	-	no notes and warnings
repository delete	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
repository delete	--password	*	the password for the registry; without a user an access token
repository delete	--query	*	picks from the result with a JMESPath expression
repository delete	--repository	*	the whole repository
repository delete	--resource-group	*	the resource group of the registry
repository delete	--subscription	*	the subscription of the registry, by name or id
repository delete	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
repository delete	--username	*	the user for the registry, for this command only
repository delete	--verbose	-	says how long it took
repository delete	--wide	-	all columns, with whole digests and exact times, as `--output wide`
repository delete	--yes	-	do not ask
repository delete	-g	*	the resource group of the registry
repository delete	-n	*	the registry: a name or a host
repository delete	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
repository delete	-p	*	the password for the registry; without a user an access token
repository delete	-t	*	one image: repository:tag or repository@digest
repository delete	-u	*	the user for the registry, for this command only
repository delete	-y	-	do not ask
repository list	-	-	Lists the repositories of a registry
repository list	--debug	-	lists its requests on standard error, and says how long it took
repository list	--name	*	the registry: a name or a host
repository list	--only-show-errors	-	no notes and warnings
repository list	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
repository list	--password	*	the password for the registry; without a user an access token
repository list	--query	*	picks from the result with a JMESPath expression
repository list	--resource-group	*	the resource group of the registry
repository list	--subscription	*	the subscription of the registry, by name or id
repository list	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
repository list	--top	*	at most this many
repository list	--username	*	the user for the registry, for this command only
repository list	--verbose	-	says how long it took
repository list	--wide	-	all columns, with whole digests and exact times, as `--output wide`
repository list	-g	*	the resource group of the registry
repository list	-n	*	the registry: a name or a host
repository list	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
repository list	-p	*	the password for the registry; without a user an access token
repository list	-u	*	the user for the registry, for this command only
repository list-deleted	-	-	Lists the repositories in which an Azure registry has deleted manifests
repository list-deleted	--debug	-	lists its requests on standard error, and says how long it took
repository list-deleted	--name	*	the registry: a name or a host
repository list-deleted	--only-show-errors	-	no notes and warnings
repository list-deleted	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
repository list-deleted	--password	*	the password for the registry; without a user an access token
repository list-deleted	--query	*	picks from the result with a JMESPath expression
repository list-deleted	--resource-group	*	the resource group of the registry
repository list-deleted	--subscription	*	the subscription of the registry, by name or id
repository list-deleted	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
repository list-deleted	--username	*	the user for the registry, for this command only
repository list-deleted	--verbose	-	says how long it took
repository list-deleted	--wide	-	all columns, with whole digests and exact times, as `--output wide`
repository list-deleted	-g	*	the resource group of the registry
repository list-deleted	-n	*	the registry: a name or a host
repository list-deleted	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
repository list-deleted	-p	*	the password for the registry; without a user an access token
repository list-deleted	-u	*	the user for the registry, for this command only
repository show	-	-	Shows times, counts and locks of a repository, a tag or a manifest of an Azure registry
repository show	--debug	-	lists its requests on standard error, and says how long it took
repository show	--image	*	one image: repository:tag or repository@digest
repository show	--name	*	the registry: a name or a host
repository show	--only-show-errors	-	no notes and warnings
repository show	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
repository show	--password	*	the password for the registry; without a user an access token
repository show	--query	*	picks from the result with a JMESPath expression
repository show	--repository	*	the whole repository
repository show	--resource-group	*	the resource group of the registry
repository show	--subscription	*	the subscription of the registry, by name or id
repository show	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
repository show	--username	*	the user for the registry, for this command only
repository show	--verbose	-	says how long it took
repository show	--wide	-	all columns, with whole digests and exact times, as `--output wide`
repository show	-g	*	the resource group of the registry
repository show	-n	*	the registry: a name or a host
repository show	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
repository show	-p	*	the password for the registry; without a user an access token
repository show	-t	*	one image: repository:tag or repository@digest
repository show	-u	*	the user for the registry, for this command only
repository show-manifests	-	-	Lists the manifests of a repository of an Azure registry, as the Azure CLI did before list-metadata
repository show-manifests	--debug	-	lists its requests on standard error, and says how long it took
repository show-manifests	--detail	-	all that the registry tells, as `list-metadata` gives it
repository show-manifests	--name	*	the registry: a name or a host
repository show-manifests	--only-show-errors	-	no notes and warnings
repository show-manifests	--orderby	time_asc,time_desc	by time, oldest or newest first
repository show-manifests	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
repository show-manifests	--password	*	the password for the registry; without a user an access token
repository show-manifests	--query	*	picks from the result with a JMESPath expression
repository show-manifests	--repository	*	the repository
repository show-manifests	--resource-group	*	the resource group of the registry
repository show-manifests	--subscription	*	the subscription of the registry, by name or id
repository show-manifests	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
repository show-manifests	--top	*	at most this many
repository show-manifests	--username	*	the user for the registry, for this command only
repository show-manifests	--verbose	-	says how long it took
repository show-manifests	--wide	-	all columns, with whole digests and exact times, as `--output wide`
repository show-manifests	-g	*	the resource group of the registry
repository show-manifests	-n	*	the registry: a name or a host
repository show-manifests	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
repository show-manifests	-p	*	the password for the registry; without a user an access token
repository show-manifests	-u	*	the user for the registry, for this command only
repository show-tags	-	-	Lists the tags of a repository
repository show-tags	--debug	-	lists its requests on standard error, and says how long it took
repository show-tags	--detail	-	rows with digest, times and locks instead of names
repository show-tags	--name	*	the registry: a name, a host, or oci:PATH
repository show-tags	--only-show-errors	-	no notes and warnings
repository show-tags	--orderby	time_asc,time_desc	by time, oldest or newest first
repository show-tags	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
repository show-tags	--password	*	the password for the registry; without a user an access token
repository show-tags	--query	*	picks from the result with a JMESPath expression
repository show-tags	--repository	*	the repository; not needed for a folder
repository show-tags	--resource-group	*	the resource group of the registry
repository show-tags	--subscription	*	the subscription of the registry, by name or id
repository show-tags	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
repository show-tags	--top	*	at most this many
repository show-tags	--username	*	the user for the registry, for this command only
repository show-tags	--verbose	-	says how long it took
repository show-tags	--wide	-	all columns, with whole digests and exact times, as `--output wide`
repository show-tags	-g	*	the resource group of the registry
repository show-tags	-n	*	the registry: a name, a host, or oci:PATH
repository show-tags	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
repository show-tags	-p	*	the password for the registry; without a user an access token
repository show-tags	-u	*	the user for the registry, for this command only
repository untag	-	-	Removes a tag; the image stays
repository untag	--debug	-	lists its requests on standard error, and says how long it took
repository untag	--image	*	repository:tag
repository untag	--name	*	the registry: a name or a host
repository untag	--only-show-errors	-	no notes and warnings
repository untag	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
repository untag	--password	*	the password for the registry; without a user an access token
repository untag	--query	*	picks from the result with a JMESPath expression
repository untag	--resource-group	*	the resource group of the registry
repository untag	--subscription	*	the subscription of the registry, by name or id
repository untag	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
repository untag	--username	*	the user for the registry, for this command only
repository untag	--verbose	-	says how long it took
repository untag	--wide	-	all columns, with whole digests and exact times, as `--output wide`
repository untag	--yes	-	do not ask
repository untag	-g	*	the resource group of the registry
repository untag	-n	*	the registry: a name or a host
repository untag	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
repository untag	-p	*	the password for the registry; without a user an access token
repository untag	-t	*	repository:tag
repository untag	-u	*	the user for the registry, for this command only
repository untag	-y	-	do not ask
repository update	-	-	Sets the locks of a repository, a tag or a manifest of an Azure registry
repository update	--debug	-	lists its requests on standard error, and says how long it took
repository update	--delete-enabled	*	whether it may be deleted
repository update	--image	*	one image: repository:tag or repository@digest
repository update	--list-enabled	*	whether lists show it
repository update	--name	*	the registry: a name or a host
repository update	--only-show-errors	-	no notes and warnings
repository update	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
repository update	--password	*	the password for the registry; without a user an access token
repository update	--query	*	picks from the result with a JMESPath expression
repository update	--read-enabled	*	whether it may be pulled
repository update	--repository	*	the whole repository
repository update	--resource-group	*	the resource group of the registry
repository update	--subscription	*	the subscription of the registry, by name or id
repository update	--suffix	*	of a login server NAME-SUFFIX.azurecr.io that the account cannot look up
repository update	--username	*	the user for the registry, for this command only
repository update	--verbose	-	says how long it took
repository update	--wide	-	all columns, with whole digests and exact times, as `--output wide`
repository update	--write-enabled	*	whether it may be overwritten
repository update	-g	*	the resource group of the registry
repository update	-n	*	the registry: a name or a host
repository update	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
repository update	-p	*	the password for the registry; without a user an access token
repository update	-t	*	one image: repository:tag or repository@digest
repository update	-u	*	the user for the registry, for this command only
reset	-	-	Puts the terminal in order and empties the screen
retry	-	-	Runs a block again when it fails with a transient error
retry	--on	usage,auth,denied,not-found,conflict,throttled,network,timeout,invalid,server,cancelled,thrown,rejected,locked,deadline	the kind of error to try again after
retry	--times	*	how many tries in all, 1 to 100
retry	--wait	*	how long to wait before the second try
reverse	-	-	Gives the rows in the opposite order
run	-	-	Runs a program, without a shell, and returns `{stdout, stderr, code}`
run	--allow-failure	-	give the record whatever the code
run	--reads	-	the program changes nothing, so a dry run starts it too
save	-	-	Writes a file: text as it is, data in the format of the file’s extension
save	--append	-	add to the end of the file
save	@	FILE	the file
sbom	-	-	Lists the packages of an image from its SBOM
sbom	--debug	-	lists its requests on standard error, and says how long it took
sbom	--from	*	which of several: the digest of the referrer, or of its blob
sbom	--name	*	repository:tag or repository@digest
sbom	--only-show-errors	-	no notes and warnings
sbom	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
sbom	--platform	*	which image of an index, as os/architecture[/variant]
sbom	--query	*	picks from the result with a JMESPath expression
sbom	--registry	*	the registry: a name, a host, or oci:PATH
sbom	--verbose	-	says how long it took
sbom	--wide	-	all columns, with whole digests and exact times, as `--output wide`
sbom	-n	*	repository:tag or repository@digest
sbom	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
sbom	-r	*	the registry: a name, a host, or oci:PATH
secret env	-	-	Reads a secret from an environment variable
secret file	-	-	Reads a secret from a file (the trailing newline is removed)
secret file	@	FILE	the file
secret prompt	-	-	Asks for a secret without showing it
select	-	-	Selects columns
sha256	-	-	Gives the SHA-256 of bytes, in hexadecimal digits
sha256	@	FILE	a file (what comes from the pipe)
sha512	-	-	Gives the SHA-512 of bytes, in hexadecimal digits
sha512	@	FILE	a file (what comes from the pipe)
skip	-	-	Skips the first N rows
sleep	-	-	Waits for some time
slice	-	-	Takes rows from one position up to another
sort-by	-	-	Sorts rows by columns, or a list of plain values
sort-by	--desc	-	greatest first
sort-by	--semver	-	texts as versions: 1.10 behind 1.9
stdin	-	-	Reads standard input
sum	-	-	Adds up the rows, or one of their columns
timeout	-	-	Runs a block and stops it when it takes too long
to	-	-	Formats data as text
to	--compact	-	JSON on one line
to	--header	-	TSV with a line of the columns’ names, as a file has it
to	@	json,jsonl,csv,tsv,yaml,table,md,html	json, jsonl, csv, tsv, yaml, table, md or html
token	-	-	Gets an access token for the account
token	--debug	-	lists its requests on standard error, and says how long it took
token	--only-show-errors	-	no notes and warnings
token	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
token	--query	*	picks from the result with a JMESPath expression
token	--resource	*	what it is for, such as https://containerregistry.azure.net
token	--resource-type	arm,ms-graph,aad-graph,acr,oss-rdbms,batch,media,data-lake	a well-known resource
token	--reveal	-	gives the token as plain text
token	--scope	*	the same as a scope, such as https://graph.microsoft.com/.default
token	--subscription	*	the subscription whose tenant it is for, by name or id
token	--tenant	*	a tenant other than the current subscription’s
token	--verbose	-	says how long it took
token	--wide	-	all columns, with whole digests and exact times, as `--output wide`
token	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
token	-s	*	the subscription whose tenant it is for, by name or id
token	-t	*	a tenant other than the current subscription’s
unique	-	-	Removes duplicate rows
verify	-	-	Verifies who signed an image, offline but for its registry
verify	--annotation	*	NAME=TEXT that the signer has to say
verify	--debug	-	lists its requests on standard error, and says how long it took
verify	--identity	*	who has to have signed: an e-mail address or a workflow’s address; `*` fits any characters
verify	--identity-regex	*	the same as a regular expression, which has to fit the whole name
verify	--issuer	*	who has to vouch for the name, for example https://token.actions.githubusercontent.com
verify	--key	FILE	a file with the signer’s public key, in PEM or DER; of several, any
verify	--name	*	repository:tag or repository@digest
verify	--only-show-errors	-	no notes and warnings
verify	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
verify	--platform	*	only this platform of an index, as os/architecture[/variant]
verify	--query	*	picks from the result with a JMESPath expression
verify	--recursive	-	every image of an index needs a signature of its own
verify	--registry	*	the registry: a name, a host, or oci:PATH
verify	--trust-policy	FILE	a trustpolicy.json of Notary Project: signatures of notation count by it
verify	--trust-store	FILE	the folder with the trusted certificates, x509/TYPE/NAME/*
verify	--trusted-root	FILE	the file trusted_root.json of a Sigstore instance
verify	--type	slsaprovenance,slsaprovenance02,slsaprovenance1,spdx,spdxjson,cyclonedx,sbom,vuln,openvex,vsa,link,test-result,custom	asks for an attestation of this type instead of a signature: sbom, slsaprovenance, vuln, or its address
verify	--verbose	-	says how long it took
verify	--wide	-	all columns, with whole digests and exact times, as `--output wide`
verify	-n	*	repository:tag or repository@digest
verify	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
verify	-r	*	the registry: a name, a host, or oci:PATH
verify-blob	-	-	Verifies the signature of a file with a Sigstore bundle, offline
verify-blob	--bundle	FILE	the file with the Sigstore bundle
verify-blob	--debug	-	lists its requests on standard error, and says how long it took
verify-blob	--identity	*	who has to have signed: an e-mail address or a workflow’s address; `*` fits any characters
verify-blob	--identity-regex	*	the same as a regular expression, which has to fit the whole name
verify-blob	--issuer	*	who has to vouch for the name, for example https://token.actions.githubusercontent.com
verify-blob	--key	FILE	a file with the signer’s public key, in PEM or DER; of several, any
verify-blob	--only-show-errors	-	no notes and warnings
verify-blob	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
verify-blob	--query	*	picks from the result with a JMESPath expression
verify-blob	--trusted-root	FILE	the file trusted_root.json of a Sigstore instance
verify-blob	--verbose	-	says how long it took
verify-blob	--wide	-	all columns, with whole digests and exact times, as `--output wide`
verify-blob	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
verify-blob	@	FILE	a file, or only its digest as sha256:HEX
version	-	-	Shows the version of acrsh, and of the Azure CLI whose lines it takes
version	--debug	-	lists its requests on standard error, and says how long it took
version	--only-show-errors	-	no notes and warnings
version	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
version	--query	*	picks from the result with a JMESPath expression
version	--verbose	-	says how long it took
version	--wide	-	all columns, with whole digests and exact times, as `--output wide`
version	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
where	-	-	Keeps the rows that match a condition
whoami	-	-	Shows the account, the cloud and the subscription
whoami	--debug	-	lists its requests on standard error, and says how long it took
whoami	--only-show-errors	-	no notes and warnings
whoami	--output	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
whoami	--query	*	picks from the result with a JMESPath expression
whoami	--verbose	-	says how long it took
whoami	--wide	-	all columns, with whole digests and exact times, as `--output wide`
whoami	-o	table,wide,list,grid,json,jsonc,jsonl,tsv,yaml,none	how the result is shown
window	-	-	Gives every list of so many rows that follow each other
window	--step	*	how many rows the next list begins later
zip	-	-	Puts each row beside the one of another list, as `{left, right}`
END
}

# What could end a text of the language: sets `found` to the candidates and `head` to what stands before them.
_acrsh_text() {
  [ ${#_acrsh_names[@]} -gt 0 ] || _acrsh_load
  local text=$1 word statement joined previous= command= name flag values next i
  local -a words
  word=${text##*[[:space:]|;(\{]}
  head=${text%"$word"}
  statement=${head##*[|;(\{]}
  read -r -a words <<<"$statement"
  [ "${words[0]-}" = az ] && words=("${words[@]:1}")
  joined="${words[*]}"
  [ ${#words[@]} -gt 0 ] && previous=${words[${#words[@]} - 1]}
  found=()
  for i in "${!_acrsh_names[@]}"; do
    [ "${_acrsh_flags[i]}" = - ] || continue
    name=${_acrsh_names[i]}
    if [[ "$joined " == "$name "* && ${#name} -gt ${#command} ]]; then command=$name; fi
    if [ -z "$joined" ]; then
      next=${name%% *}
    elif [[ $name == "$joined "* ]]; then
      next=${name#"$joined "}
      next=${next%% *}
    else
      continue
    fi
    [[ $next == "$word"* && " ${found[*]} " != *" $next "* ]] && found+=("$next")
  done
  [ -n "$command" ] || return
  for i in "${!_acrsh_names[@]}"; do
    [ "${_acrsh_names[i]}" = "$command" ] || continue
    flag=${_acrsh_flags[i]} values=${_acrsh_values[i]}
    if [ "$flag" = "$previous" ] && [ "$values" != - ]; then
      _acrsh_values_for "$values" "$word"
      return
    fi
  done
  for i in "${!_acrsh_names[@]}"; do
    [ "${_acrsh_names[i]}" = "$command" ] || continue
    flag=${_acrsh_flags[i]} values=${_acrsh_values[i]}
    case $flag in
      -) ;;
      @) [[ $word == -* ]] || _acrsh_values_for "$values" "$word" more ;;
      *) [[ $word == -* && $flag == "$word"* && " $statement " != *" $flag "* ]] && found+=("$flag") ;;
    esac
  done
}

# The values of a flag; with a third argument, beside what was found already.
_acrsh_values_for() {
  local -a list=()
  case $1 in
    '*') ;;
    FILE) mapfile -t list < <(compgen -f -- "$2") ;;
    *) mapfile -t list < <(compgen -W "${1//,/ }" -- "$2") ;;
  esac
  if [ -n "${3-}" ]; then found+=("${list[@]}"); else found=("${list[@]}"); fi
}

_acrsh() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} head= script= takes=script i
  local -a found=()
  COMPREPLY=()
  case $prev in
    -c)
      _acrsh_text "${cur#[\'\"]}"
      COMPREPLY=("${found[@]/#/$head}")
      compopt -o nospace 2>/dev/null
      return
      ;;
      -o | --output)
        mapfile -t COMPREPLY < <(compgen -W 'table wide list grid json jsonc jsonl tsv yaml none' -- "$cur")
        return
        ;;
      --diagnostics)
        mapfile -t COMPREPLY < <(compgen -W 'text json github' -- "$cur")
        return
        ;;
      --progress)
        mapfile -t COMPREPLY < <(compgen -W 'auto plain json none' -- "$cur")
        return
        ;;
      --transfers)
        mapfile -t COMPREPLY < <(compgen -W '' -- "$cur")
        return
        ;;
      --insecure-registry)
        mapfile -t COMPREPLY < <(compgen -W '' -- "$cur")
        return
        ;;
      --limit)
        mapfile -t COMPREPLY < <(compgen -W '' -- "$cur")
        return
        ;;
      --ca-file)
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
      --trace)
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
  esac
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      -c | -o | --output | --diagnostics | --progress | --transfers | --insecure-registry | --limit | --ca-file | --trace) ((i++)) ;;
      --check | --fmt) takes=files ;;
      -?*) ;;
      *)
        script=${COMP_WORDS[i]}
        break
        ;;
    esac
  done
  if [ -n "$script" ] && [ "$takes" = script ]; then
    # Behind its name everything is the script's; `--help` reads the script and runs nothing.
    if [[ $cur == -* ]]; then
      local flags
      flags=$("${COMP_WORDS[0]}" "$script" --help 2>/dev/null | grep -oE '^  --[a-z0-9-]+')
      mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$cur")
    else
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    fi
  elif [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W '-c --check --strict --fmt --lsp --dry-run --trace-script --sandbox -o --output --diagnostics --progress --transfers --insecure-registry --limit --ca-file --trace --no-pager --no-rc --version -h --help' -- "$cur")
  else
    mapfile -t COMPREPLY < <(compgen -f -X '!*.acr' -- "$cur"; compgen -d -- "$cur")
  fi
}

complete -o filenames -F _acrsh acrsh
