//! What a gateway is told: its plan, commands, orders and closed incidents, rosters and bundles.

use tomori_gateway_link::v1;
use tomori_smart_home::{Command, HousePlan};

use super::{Outgoing, Session};
use crate::auth::gateways::Identity;
use crate::link::plan::ComposeError;

impl Session {
    /// Orders of residents, and incidents that are closed.
    pub(super) async fn look_for_errands(&mut self) {
        let Some(greeted) = self.greeted.as_mut().filter(|greeted| greeted.look_for_errands) else {
            return;
        };
        greeted.look_for_errands = false;
        let home = &self.identity.home;
        let orders = self.link.errands.orders(home);
        self.outgoing
            .extend(orders.iter().map(|order| Outgoing::ArmingOrder(order.into())));
        match self.link.errands.closed_incidents(home).await {
            Ok(closed) => {
                for incident in closed {
                    if greeted.told_closed.insert(incident.clone()) {
                        let incident_id = incident.to_string();
                        self.outgoing
                            .push_back(Outgoing::IncidentClosed(v1::IncidentClosed { incident_id }));
                    }
                }
            }
            Err(error) => {
                tracing::error!(%home, %error, "closed incidents for a gateway cannot be read");
                greeted.look_again = true;
            }
        }
        match self.link.errands.roster(home, greeted.roster.as_ref()).await {
            Ok(Some(roster)) => {
                greeted.roster = Some(roster.mark);
                let signed_roster = roster.bytes.into();
                self.outgoing
                    .push_back(Outgoing::CompanyRoster(v1::CompanyRoster { signed_roster }));
            }
            Ok(None) => {}
            Err(error) => {
                tracing::error!(%home, %error, "the roster for a gateway cannot be read");
                greeted.look_again = true;
            }
        }
        match self.link.errands.bundles(home).await {
            Ok(bundles) => {
                for bundle in bundles {
                    if greeted.bundles_carried.insert((bundle.digest, bundle.asked)) {
                        greeted.bundles.push_back(bundle);
                    }
                }
            }
            Err(error) => {
                tracing::error!(%home, %error, "bundles for a gateway cannot be read");
                greeted.look_again = true;
            }
        }
    }

    /// A bundle to be sent now. It is polled for when the gateway takes something: one that has waited for that until it
    /// expired is not sent, and what is sent is noted before.
    pub(super) async fn next_bundle(&mut self) -> Option<Outgoing> {
        let bundles = &mut self.greeted.as_mut()?.bundles;
        let bundle =
            std::iter::from_fn(|| bundles.pop_front()).find(|bundle| self.link.errands.now() < bundle.expires_at)?;
        if let Err(error) = self.link.errands.bundle_sent(&bundle.digest).await {
            tracing::error!(home = %self.identity.home, %error, "that a bundle is sent cannot be noted, so it is not");
            let greeted = self.greeted.as_mut()?;
            greeted.bundles_carried.remove(&(bundle.digest, bundle.asked));
            greeted.look_again = true;
            return None;
        }
        Some(Outgoing::UnlockBundle(v1::UnlockBundle {
            bundle: bundle.bytes.into(),
        }))
    }

    pub(super) async fn hand_over(&mut self, commands: Vec<Command>) {
        let listed = self.greeted.as_ref().map(|greeted| &greeted.listed);
        let all_are_listed = listed.is_some_and(|listed| commands.iter().all(|one| listed.contains(&one.device)));
        // A gateway refuses what is not on its list. When the list cannot be read now, its commands wait for it.
        let list_is_known = all_are_listed || self.look_for_plan().await;
        let Some(greeted) = &mut self.greeted else { return };
        greeted
            .carried
            .retain(|carried| commands.iter().any(|command| command.id == *carried));
        for command in commands {
            let may_go = list_is_known || greeted.listed.contains(&command.device);
            if may_go && greeted.carried.insert(command.id.clone()) {
                self.outgoing.push_back(Outgoing::Command((&command).into()));
            }
        }
    }

    /// Tells the plan when it is another than the gateway has; false when it cannot be composed now.
    pub(super) async fn look_for_plan(&mut self) -> bool {
        let Some(greeted) = &mut self.greeted else { return false };
        greeted.look_for_plan = false;
        match self.compose().await {
            Ok(plan) => {
                let Some(greeted) = &mut self.greeted else { return false };
                greeted.forgotten = false;
                greeted.listed = plan.equipment.iter().map(|line| line.device.id.clone()).collect();
                if plan.version != greeted.plan_version {
                    greeted.plan_version = plan.version;
                    self.outgoing.push_back(Outgoing::Plan((&plan).into()));
                }
                true
            }
            Err(error) => {
                tracing::error!(home = %self.identity.home, %error, "the house plan cannot be composed");
                if let Some(greeted) = &mut self.greeted {
                    greeted.look_again = true;
                }
                false
            }
        }
    }

    /// The plan of the house, newer than the gateway's where that shows that the platform forgot (docs/adr/0066).
    async fn compose(&self) -> Result<HousePlan, ComposeError> {
        let Identity { gateway, home, .. } = &self.identity;
        let plan = self.link.composer.compose(home).await?;
        let (theirs, forgotten) = self
            .greeted
            .as_ref()
            .map_or((0, false), |greeted| (greeted.plan_version, greeted.forgotten));
        if theirs < plan.version || theirs == plan.version && !forgotten {
            return Ok(plan);
        }
        let by = theirs - plan.version + 1;
        self.link.device_state.raise_plan(home, gateway, by).await?;
        self.link.composer.compose(home).await
    }
}
